"""``xinqiao score`` and ``xinqiao instruments``, as a person or a program meets them."""

import argparse
import csv
import json

import pytest

from xinqiao.instruments.commands import register


@pytest.fixture
def xinqiao(tmp_path, capsys, monkeypatch):
    """Runs one command in an empty folder; returns exit code, standard output and standard error."""
    monkeypatch.chdir(tmp_path)
    parser = argparse.ArgumentParser()
    register(parser.add_subparsers(required=True))

    def run(*words):
        args = parser.parse_args([str(word) for word in words])
        code = args.run(args)
        out, err = capsys.readouterr()
        return code, out, err

    return run


@pytest.fixture
def write(tmp_path):
    def put(text, name="answers.csv", encoding="utf-8"):
        (tmp_path / name).write_bytes(text.encode(encoding))
        return tmp_path / name

    return put


def read(path):
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


HEAD = ",".join(str(n) for n in range(1, 10))


def test_a_row_a_person_with_band_reason_and_evidence(xinqiao, write, tmp_path):
    write(f"id,{HEAD}\ns1,0,0,0,0,0,0,0,0,0\ns2,3,0,1,2,0,0,1,0,3\ns3,1,1,1,1,1,1,,,\n")
    code, out, _err = xinqiao("score", "phq-9", "answers.csv", "--out", "scores.csv", "--json")
    assert code == 0
    rows = read(tmp_path / "scores.csv")
    assert [(row["id"], row["total"], row["total_band"], row["total_reason"]) for row in rows] == [
        ("s1", "0", "minimal", ""),
        ("s2", "10", "moderate", ""),
        ("s3", "", "", "too_many_missing"),
    ]
    assert rows[1]["alerts"] == "self_harm cutoff"
    assert rows[2]["validity"] == "missing"
    summary = json.loads(out)
    assert (summary["rows"], summary["nulls"], summary["alerts"]) == (3, {"total": 1}, {"self_harm": 1, "cutoff": 1})


@pytest.mark.parametrize(
    "head", [HEAD, ",".join(f"q{n}" for n in range(1, 10)), ",".join(f"第{n}题" for n in range(1, 10))]
)
def test_columns_may_be_item_ids_or_numbers_and_the_id_column_may_be_absent(xinqiao, write, tmp_path, head):
    write(f"{head}\n1,1,1,1,1,1,1,1,1\n")
    assert xinqiao("score", "phq-9", "answers.csv", "--out", "scores.csv")[0] == 0
    assert read(tmp_path / "scores.csv")[0]["total"] == "9"


def test_columns_in_another_order_score_the_same(xinqiao, write, tmp_path):
    backwards = ",".join(f"q{n}" for n in range(9, 0, -1))
    write(f"学号,{backwards}\n7,3,0,0,0,0,0,0,0,0\n")
    assert xinqiao("score", "phq-9", "answers.csv", "--out", "scores.csv")[0] == 0
    assert "self_harm" in read(tmp_path / "scores.csv")[0]["alerts"]


@pytest.mark.parametrize("instrument", ["dass-y", "mht", "gad-7"])
def test_a_column_for_every_score(xinqiao, write, tmp_path, instrument):
    columns = {
        "dass-y": (21, ["depression", "anxiety", "stress", "total"]),
        "gad-7": (7, ["total"]),
        "mht": (100, ["total", "lie", "learning_anxiety", "social_anxiety", "physical_symptoms", "impulsivity"]),
    }  # fmt: skip
    count, names = columns[instrument]
    write(",".join(str(n) for n in range(1, count + 1)) + "\n" + ",".join(["1"] * count) + "\n")
    assert xinqiao("score", instrument, "answers.csv", "--out", "scores.csv")[0] == 0
    row = read(tmp_path / "scores.csv")[0]
    assert all(row[name] and row[f"{name}_band"] and row[f"{name}_reason"] == "" for name in names)


def test_words_full_width_digits_and_gb18030_are_read(xinqiao, write, tmp_path):
    cells = ["是", "不是", "否", "１", "0", "1.0", " yes ", "no"] + ["0"] * 92
    write("姓名," + ",".join(str(n) for n in range(1, 101)) + "\n张三," + ",".join(cells) + "\n", encoding="gb18030")
    assert xinqiao("score", "mht", "answers.csv", "--out", "scores.csv")[0] == 0
    row = read(tmp_path / "scores.csv")[0]
    assert (row["姓名"], row["learning_anxiety"]) == ("张三", "4")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            f"id,{HEAD}\na,0,0,0,0,0,0,0,0,4\n",
            "第 2 行“9”列：“4”不是可用的答案。请改成 0、1、2、3 之一；没有作答就留空。",
        ),
        (f"id,{HEAD}\na,0,0,0,0,0,0,0,0,0\nb,NA,0,0,0,0,0,0,0,0\n", "第 3 行“1”列：“NA”不是可用的答案"),
        (f"id,{HEAD}\na,0,0,0\n", "第 2 行有 4 列，表头有 10 列"),
        (f"id,{HEAD},10\na,0,0,0,0,0,0,0,0,0,0\n", "表头第 11 列“10”不是题目"),
        (f"id,{HEAD},q1\n", "与第 2 列是同一题"),
        ("id,1,2,3\na,0,0,0\n", "表头缺少 6 题：q4、q5、q6、q7、q8、q9"),
        (f"id,{HEAD}\n", "只有表头"),
        ("", "是空的"),
        ("PK\x03\x04", "不是 CSV 文件"),
    ],
)
def test_a_bad_file_names_row_column_and_value_and_leaves_nothing(xinqiao, write, tmp_path, text, words):
    write(text)
    (tmp_path / "scores.csv").write_text("old")
    code, out, err = xinqiao("score", "phq-9", "answers.csv", "--out", "scores.csv", "--json")
    assert code == 2
    assert words in err
    assert json.loads(out)["ok"] is False
    assert (tmp_path / "scores.csv").read_text() == "old"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["answers.csv", "scores.csv"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["score", "phq9", "answers.csv", "--out", "s.csv"], "是不是想找“phq-9”"),
        (["score", "phq-9", "nowhere.csv", "--out", "s.csv"], "nowhere.csv：没有这个文件"),
        (["score", "phq-9", "answers.csv", "--out", "no/s.csv"], "没有这个文件"),
        (["instruments", "show", "none"], "没有量表“none”"),
        (["instruments", "check", "nowhere.yaml"], "没有这个文件"),
        (["instruments", "show", "mht", "--runner"], "还没有题目文字"),
    ],
)
def test_misuse_is_two(xinqiao, write, words, said):
    write(f"{HEAD}\n0,0,0,0,0,0,0,0,0\n")
    code, _out, err = xinqiao(*words)
    assert code == 2
    assert said in err


def test_a_carried_id_cannot_become_a_formula(xinqiao, write, tmp_path):
    write(f"id,{HEAD}\n=cmd(),0,0,0,0,0,0,0,0,0\n")
    xinqiao("score", "phq-9", "answers.csv", "--out", "scores.csv")
    assert read(tmp_path / "scores.csv")[0]["id"] == "'=cmd()"


def test_grade_and_sex_columns_are_understood(xinqiao, write):
    write(f"id,年级,性别,{HEAD}\na,8,女,0,0,0,0,0,0,0,0,0\n")
    assert xinqiao("score", "phq-9", "answers.csv", "--out", "scores.csv")[0] == 0
    write(f"id,年级,性别,{HEAD}\na,八,女,0,0,0,0,0,0,0,0,0\n")
    assert "第 2 行“年级”列：“八”读不懂" in xinqiao("score", "phq-9", "answers.csv", "--out", "scores.csv")[2]


def test_list_and_check_and_show(xinqiao):
    code, out, _err = xinqiao("instruments", "list", "--json")
    assert code == 0
    assert [entry["id"] for entry in json.loads(out)] == ["dass-y", "gad-7", "mht", "phq-9", "xq-wellbeing"]
    code, out, _err = xinqiao("instruments", "check")
    assert code == 0
    assert out.count("通过") == 5
    code, out, _err = xinqiao("instruments", "show", "dass-y")
    assert code == 0
    assert "depression" in out
    assert "不是经过验证的原文" in out


def test_check_finds_fault_with_a_file(xinqiao, write):
    write("format: 1\ntext_for: mht\n", "mine.yaml")
    code, out, _err = xinqiao("instruments", "check", "mine.yaml")
    assert code == 1
    assert "mine.yaml：缺少：version、wording、permission、languages、items（missing" in out
