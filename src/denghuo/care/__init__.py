"""The customer service floor (客户服务层): where people meet the utility."""
