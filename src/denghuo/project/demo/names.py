"""Invented Chinese names and addresses, drawn from columns of syllables."""

from __future__ import annotations

import numpy as np

SURNAMES = list(
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高梁罗郑谢宋唐许邓冯韩曹曾彭萧蔡潘田董袁于余叶蒋杜苏魏程吕丁沈任姚卢傅钟姜崔谭廖范汪陆金石戴贾韦夏邱方侯邹熊孟秦白江阎薛尹段雷黎史龙陶贺顾毛郝龚邵万钱严覃武戚莫孔向汤"
)
GIVEN_FIRST = list("建国志文明秀桂淑玉春海永德家俊晓雅思子浩宇佳欣雨嘉梓一诗美红丽金福庆学振大少立宏伟光兴")
GIVEN_SECOND = list(
    "华英兰芳强军平东林辉龙生民山梅珍娟霞燕云凤琴萍娜静敏慧洁莹颖婷倩怡轩博涵睿航豪杰鹏飞超勇毅成"
)
STREETS = [
    "城东路", "人民路", "解放路", "中山路", "灯火大道", "河堤路", "工业一路", "工业二路", "梧桐巷", "桂花巷",
    "榕树街", "新华街", "学院路", "环城北路", "环城南路", "东风路", "建设街", "和平里", "胜利巷", "朝阳街",
]  # fmt: skip
VILLAGES = ["张庄", "李家屯", "河西村", "大榕村", "石桥村", "水口村", "新塘村", "龙潭村", "白沙村", "桥头村"]
SHOPS = [
    "便利店", "面馆", "药房", "理发店", "五金店", "水果店", "服装店", "小超市", "汽修店", "奶茶店", "文具店", "诊所",
]  # fmt: skip
FIRMS = [
    "纸品厂", "家具厂", "食品厂", "机械厂", "陶瓷厂", "建材公司", "冷库", "物流公司", "酒店", "商务大厦", "水泥制品厂", "制衣厂",
]  # fmt: skip


def people(random: np.random.Generator, count: int) -> list[str]:
    """``count`` personal names of two or three characters."""
    surnames = random.integers(0, len(SURNAMES), count)
    first = random.integers(0, len(GIVEN_FIRST), count)
    second = random.integers(0, len(GIVEN_SECOND), count)
    short = random.random(count) < 0.2
    return [
        SURNAMES[s] + ("" if two else GIVEN_FIRST[a]) + GIVEN_SECOND[b]
        for s, a, b, two in zip(surnames, first, second, short, strict=True)
    ]


def businesses(random: np.random.Generator, count: int, kinds: list[str]) -> list[str]:
    """``count`` business names: two syllables and a trade."""
    first = random.integers(0, len(GIVEN_FIRST), count)
    second = random.integers(0, len(GIVEN_SECOND), count)
    kind = random.integers(0, len(kinds), count)
    return [
        f"{GIVEN_FIRST[a]}{GIVEN_SECOND[b]}{kinds[k]}" for a, b, k in zip(first, second, kind, strict=True)
    ]


def addresses(random: np.random.Generator, rural: np.ndarray) -> list[str]:
    """One address a row; ``rural`` is a boolean per row."""
    count = len(rural)
    street = random.integers(0, len(STREETS), count)
    village = random.integers(0, len(VILLAGES), count)
    house = random.integers(1, 200, count)
    room = random.integers(1, 19, count) * 100 + random.integers(1, 5, count)
    return [
        f"{VILLAGES[v]}{h}号" if country else f"{STREETS[s]}{h}号{r}"
        for s, v, h, r, country in zip(street, village, house, room, rural, strict=True)
    ]


def phones(random: np.random.Generator, count: int) -> list[str]:
    """Mobile numbers of a range that is not assigned, so that no message can ever reach a person."""
    return [f"100{number:08d}" for number in random.integers(0, 10**8, count)]
