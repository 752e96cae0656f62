"""Files of the channels as tests and the town need them: rows of (kind, transaction, fen, fee, parent)."""

from denghuo.project.demo.statements import FileRow, alipay_file, bank_file, file_of, pos_file, wechat_file

__all__ = ["FileRow", "alipay_file", "bank_file", "file_of", "pos_file", "wechat_file"]
