"""Steps of an import: several files are one work."""

from geo_server.domain.progress import MATCHING, STORING, Stage, Step, step_of_files, step_of_level


def test_the_share_of_an_import_grows_over_files_and_stages() -> None:
    one = step_of_level(Stage.ROOMS, 2, 5)
    alone, among = step_of_files(one, [one.share]), step_of_files(one, [one.share, 1.0, 0.0])
    assert (alone.stage, alone.done, alone.total) == (Stage.ROOMS, 2, 5)
    assert (among.stage, among.done, among.total) == (Stage.ROOMS, 1, 3)
    assert 0 < alone.share < step_of_files(one, [1.0]).share <= MATCHING.share < STORING.share < 1


def test_levels_of_a_file_follow_each_other_without_a_step_back() -> None:
    stages = (Stage.WALLS, Stage.ROOMS, Stage.LABELS)
    shares = [step_of_level(stage, done, 3).share for done in range(3) for stage in stages]
    assert shares == sorted(set(shares))
    assert Step(Stage.OPENING).share < shares[0] < shares[-1] < 1
