import numpy as np

from denghuo.project.demo import gauges, usage


def draw(seed: int, count: int = 50) -> usage.Months:
    random = np.random.default_rng(seed)
    return usage.months(random, usage.SHOP, count, [9, 10, 11, 12], np.ones(count))


def test_the_same_seed_gives_the_same_town():
    assert (draw(7).total == draw(7).total).all()
    assert (draw(7).total != draw(8).total).any()


def test_periods_add_up_to_the_total():
    drawn = draw(1)
    assert (drawn.peak + drawn.flat + drawn.valley == drawn.total).all()
    assert (drawn.total >= 0).all()


def test_a_share_fades_every_register_and_keeps_the_sum():
    faded = usage.scaled(draw(1), np.array([1.0, 1.0, 0.2, 0.0]))
    assert (faded.peak + faded.flat + faded.valley == faded.total).all()
    assert (faded.total[:, 3] == 0).all()
    assert (faded.total[:, 0] == draw(1).total[:, 0]).all()


def test_an_exchange_loses_no_energy():
    drawn = draw(1)
    gauge = gauges.Gauge(np.arange(50), "tou", drawn)
    opening, closing = gauge.shown(2)["total"], gauge.restart(2)["total"]
    after = gauge.shown(3)["total"]
    assert ((closing - opening) + after == drawn.total[:, 2]).all()
