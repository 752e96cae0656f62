"""Findings and checklists as data: an inspector chooses, and says in their own words what they saw.

A row of ``FINDINGS``: code, area, level of hidden danger, days to put it right (working days), what is wrong, what it
rests on. Levels: ``minor`` 一般, ``larger`` 较大, ``major`` 重大.
"""

from __future__ import annotations

from dataclasses import dataclass

from denghuo.commerce.inspection.rules.cycles import FIRST, GENERATOR, HV10, HV35, LV, SECOND

MINOR, LARGER, MAJOR = "minor", "larger", "major"
LEVELS = (MINOR, LARGER, MAJOR)
OK, FAULT, NOT_APPLICABLE = "ok", "fault", "na"
ANSWERS = (OK, FAULT, NOT_APPLICABLE)


@dataclass(frozen=True)
class FindingType:
    code: str
    area: str
    level: str
    days: int
    text: str
    basis: str


@dataclass(frozen=True)
class Item:
    """One line of a checklist; a fault suggests the finding ``finding``."""

    code: str
    text: str
    finding: str


SAFETY = "GB 26860-2011《电力安全工作规程》"
GB29328 = "GB/T 29328-2018"
RULES = "《供电营业规则》"
DLT596 = "DL/T 596《电力设备预防性试验规程》"

_FINDINGS = """
S01 | supply    | major  | 20 | 重要电力用户供电电源不满足等级要求（单电源或两路同站同母线）       | GB/T 29328-2018
S02 | supply    | major  | 3  | 双电源之间无可靠闭锁，存在反送电风险                               | 《供电营业规则》
S03 | supply    | larger | 10 | 专线或进线电缆通道有外力破坏风险，未设警示标志                     | 《电力设施保护条例》
E01 | emergency | major  | 20 | 未配置自备应急电源                                                 | GB/T 29328-2018
E02 | emergency | larger | 20 | 自备应急电源容量不足保安负荷的120%                                 | GB/T 29328-2018
E03 | emergency | larger | 10 | 自备应急电源启动时间超过允许断电时间                               | GB/T 29328-2018
E04 | emergency | larger | 10 | 自备发电机未按期试机或无试机记录                                   | GB/T 29328-2018
E05 | emergency | larger | 5  | 燃料储备不足或油路、蓄电池失效                                     | GB/T 29328-2018
E06 | emergency | major  | 3  | 自备电源与电网之间无闭锁装置                                       | 《供电营业规则》
Q01 | equipment | larger | 20 | 变压器、开关柜等设备超过预防性试验周期                             | DL/T 596
Q02 | equipment | larger | 5  | 变压器渗油、油位异常或温度异常                                     | DL/T 596
Q03 | equipment | major  | 2  | 带电部位裸露或安全距离不足                                         | GB 26860-2011
Q04 | equipment | larger | 10 | 继电保护定值未整定或未按期校验                                     | DL/T 995
Q05 | equipment | minor  | 10 | 无功补偿装置退出运行或损坏                                         | 《供电营业规则》
Q06 | equipment | larger | 10 | 接地电阻不合格或接地装置锈断                                       | GB/T 50065
R01 | room      | minor  | 5  | 配电房无防小动物措施或门窗破损                                     | GB 26860-2011
R02 | room      | larger | 3  | 配电房漏水、积水或堆放易燃物                                       | GB 26860-2011
R03 | room      | minor  | 5  | 安全工器具缺少、超过试验周期                                       | GB 26860-2011
R04 | room      | minor  | 5  | 灭火器材缺少或失效                                                 | GB 26860-2011
R05 | room      | minor  | 5  | 一次接线图、操作票等图纸制度不全                                   | GB 26860-2011
P01 | people    | larger | 10 | 值班电工无证上岗或人数不足                                         | 《电工进网作业》及特种作业规定
P02 | people    | minor  | 10 | 无停电事故应急预案或未演练                                         | GB/T 29328-2018
M01 | metering  | larger | 2  | 计量装置封印缺失、损坏                                             | 《供电营业规则》
M02 | metering  | larger | 2  | 计量装置接线异常或有绕越迹象                                       | 《供电营业规则》
M03 | metering  | minor  | 5  | 用电性质、容量与合同不符                                           | 《供电营业规则》
"""

FINDINGS: dict[str, FindingType] = {
    cells[0]: FindingType(cells[0], cells[1], cells[2], int(cells[3]), cells[4], cells[5])
    for line in _FINDINGS.strip().splitlines()
    for cells in [[cell.strip() for cell in line.split("|")]]
}
AREAS = ("supply", "emergency", "equipment", "room", "people", "metering")

_GENERAL = (
    Item("room", "配电房门窗、照明、通风、防小动物、无漏水积水和易燃物", "R01"),
    Item("tools", "安全工器具、绝缘垫、灭火器材齐全有效", "R03"),
    Item("papers", "一次接线图、规程、操作票、运行记录齐全", "R05"),
    Item("transformer", "变压器油位、温度、声音正常，无渗漏", "Q02"),
    Item("switchgear", "开关柜、电缆头无过热放电，带电部位无裸露", "Q03"),
    Item("tests", "设备在预防性试验周期内", "Q01"),
    Item("relays", "继电保护定值已整定并按期校验", "Q04"),
    Item("earthing", "接地装置完好，接地电阻合格", "Q06"),
    Item("capacitors", "无功补偿投入，功率因数合格", "Q05"),
    Item("electricians", "值班电工持证，人数满足要求", "P01"),
    Item("seals", "计量装置封印完好，接线正常", "M01"),
    Item("contract", "用电性质、容量与供用电合同一致", "M03"),
)
_IMPORTANT = (
    Item("sources", "供电电源数量和来源满足重要等级要求", "S01"),
    Item("interlock", "双电源之间闭锁可靠", "S02"),
    Item("plan", "停电事故应急预案齐全，按期演练", "P02"),
)
_GENERATOR = (
    Item("present", "已配置自备应急电源", "E01"),
    Item("capacity", "容量不低于保安负荷的120%", "E02"),
    Item("start", "启动时间满足允许断电时间", "E03"),
    Item("test", "按期试机，有记录", "E04"),
    Item("fuel", "燃料储备、油路、蓄电池完好", "E05"),
    Item("separation", "与电网之间有可靠闭锁", "E06"),
)
_LOW = (
    Item("seals", "计量装置封印完好，接线正常，无绕越", "M02"),
    Item("contract", "用电性质、容量与合同一致", "M03"),
    Item("wiring", "进户线、开关、剩余电流保护完好", "Q03"),
)
CHECKLISTS: dict[str, tuple[Item, ...]] = {
    FIRST: _IMPORTANT + _GENERAL,
    SECOND: _IMPORTANT + _GENERAL,
    HV35: _GENERAL,
    HV10: _GENERAL,
    LV: _LOW,
    GENERATOR: _GENERATOR,
}


class FindingUnknown(LookupError):
    """The catalogue has no such finding."""


def finding_type(code: str) -> FindingType:
    try:
        return FINDINGS[code]
    except KeyError:
        raise FindingUnknown(f"no finding {code!r}") from None


def checklist(kind: str) -> tuple[Item, ...]:
    return CHECKLISTS[kind]


def suggested(kind: str, answers: dict[str, str]) -> list[str]:
    """The findings that faults on a checklist point to, in its order."""
    return [item.finding for item in CHECKLISTS[kind] if answers.get(item.code) == FAULT]


def missing(kind: str, answers: dict[str, str]) -> list[str]:
    """Lines of the checklist without a known answer."""
    return [item.code for item in CHECKLISTS[kind] if answers.get(item.code) not in ANSWERS]
