"""Composed programs: what they mean, how they read, and that all readings agree."""

import hashlib
import json
import re
import subprocess
import sys
from collections import Counter

import pytest

from sandboxes.calls import Call, call_batch
from sandboxes.values import same_value
from synth_envs.code.dsl import loops, nested
from synth_envs.code.dsl.composed import Composed
from synth_envs.code.dsl.enumerate import enumerate_programs, to_python
from synth_envs.code.dsl.interpret import compiled, function
from synth_envs.code.dsl.terms import Ref, Term, constants, pipe, references
from synth_envs.code.dsl.vocabulary import CHANGES, CONDITIONS, ENDS, STEPS, TESTS
from synth_envs.code.problems import load_template
from synth_envs.code.templates import TEMPLATES
from synth_envs.seeding import task_rng

NAMES = [name for name in TEMPLATES if name.startswith("composed_")]
LEVELS = (0.0, 0.25, 0.5, 0.75, 1.0)
EVEN, ODD, ABOVE = Term("even"), Term("odd"), Term("above", (2,))
SQUARE, LENGTH, FIRST = Term("square"), Term("length"), Term("first_letter")
AB = {"ab": 2, "c": -1, "a": 2}
ROWS = [["b", 3], ["a", 3], ["b", 5]]

# Worked out by hand: operation, arguments, pairs of input and output.
CASES = [
    ("even", (), [(4, True), (-3, False), (0, True)]),
    ("odd", (), [(4, False), (-3, True), (0, False)]),
    ("positive", (), [(1, True), (0, False), (-1, False)]),
    ("negative", (), [(1, False), (0, False), (-1, True)]),
    ("above", (5,), [(4, False), (5, False), (6, True)]),
    ("below", (5,), [(4, True), (5, False), (6, False)]),
    ("at_least", (5,), [(4, False), (5, True), (6, True)]),
    ("at_most", (5,), [(4, True), (5, True), (6, False)]),
    ("multiple", (3,), [(0, True), (-6, True), (4, False)]),
    ("residue", (3, 2), [(5, True), (-7, True), (6, False), (-2, False)]),
    ("between", (2, 4), [(1, False), (2, True), (4, True), (5, False)]),
    ("last_digit", (3,), [(13, True), (-23, True), (31, False), (0, False)]),
    ("far", (4,), [(5, True), (-5, True), (4, False), (-4, False)]),
    ("has_digit", (0,), [(0, True), (105, True), (-10, True), (7, False)]),
    ("digit_sum_even", (), [(11, True), (-12, False), (0, True)]),
    ("square_number", (), [(0, True), (9, True), (8, False), (-4, False)]),
    ("longer", (2,), [("ab", False), ("abc", True)]),
    ("shorter", (2,), [("ab", False), ("a", True)]),
    ("of_length", (2,), [("ab", True), ("a", False)]),
    ("starts", ("a",), [("ab", True), ("ba", False), ("", False)]),
    ("ends", ("a",), [("ab", False), ("ba", True), ("", False)]),
    ("contains", ("a",), [("cab", True), ("b", False)]),
    ("palindrome", (), [("noon", True), ("eve", True), ("ab", False), ("", True)]),
    ("even_length", (), [("ab", True), ("a", False)]),
    ("vowel_start", (), [("egg", True), ("leg", False), ("", False)]),
    ("repeats_letter", (), [("noon", True), ("pan", False)]),
    ("vowels_at_least", (2,), [("noon", True), ("eel", True), ("pan", False)]),
    ("same_ends", (), [("dad", True), ("a", True), ("ab", False), ("", False)]),
    ("vowel", (), [("e", True), ("E", True), ("y", False), (" ", False)]),
    ("upper", (), [("E", True), ("e", False), ("1", False)]),
    ("lower", (), [("E", False), ("e", True), ("1", False)]),
    ("numeral", (), [("1", True), ("e", False), (".", False)]),
    ("alphabetic", (), [("z", True), ("Z", True), ("1", False)]),
    ("not_space", (), [(" ", False), ("a", True)]),
    ("early", ("m",), [("l", True), ("L", True), ("m", False), ("1", False)]),
    ("row_sum_above", (3,), [([1, 2], False), ([1, 3], True), ([], False)]),
    ("row_sum_even", (), [([1, 2], False), ([1, 3], True), ([], True)]),
    ("row_longer", (2,), [([1, 2], False), ([1, 2, 3], True)]),
    ("row_contains", (2,), [([1, 2], True), ([], False)]),
    ("row_climbs", (), [([1, 2], True), ([1, 1], False), ([5], True), ([], True)]),
    ("row_distinct", (), [([1, 2], True), ([1, 1], False), ([], True)]),
    ("square", (), [(-3, 9), (0, 0)]),
    ("absolute", (), [(-3, 3), (3, 3)]),
    ("add", (4,), [(-3, 1)]),
    ("subtract", (4,), [(-3, -7)]),
    ("times", (3,), [(-3, -9)]),
    ("subtract_from", (4,), [(-3, 7), (5, -1)]),
    ("remainder", (3,), [(-7, 2), (7, 1)]),
    ("quotient", (2,), [(-7, -4), (7, 3)]),
    ("cap", (4,), [(5, 4), (4, 4), (-5, -5)]),
    ("raise", (4,), [(5, 5), (4, 4), (-5, 4)]),
    ("distance", (4,), [(6, 2), (-1, 5), (4, 0)]),
    ("digit_sum", (), [(-123, 6), (0, 0)]),
    ("digit_count", (), [(0, 1), (-10, 2), (99, 2), (100, 3)]),
    ("units", (), [(-17, 7), (20, 0)]),
    ("length", (), [("abc", 3), ("", 0)]),
    ("upper_case", (), [("ab", "AB")]),
    ("reverse_word", (), [("abc", "cba")]),
    ("first_letter", (), [("abc", "a"), ("", "")]),
    ("last_letter", (), [("abc", "c"), ("", "")]),
    ("first_letters", (2,), [("abc", "ab"), ("a", "a")]),
    ("letter_count", ("o",), [("noon", 2), ("", 0)]),
    ("vowel_count", (), [("noon", 2), ("xyz", 0)]),
    ("distinct_letters", (), [("noon", 2), ("", 0)]),
    ("without_letter", ("o",), [("noon", "nn"), ("o", "")]),
    ("without_vowels", (), [("apple", "ppl"), ("eau", "")]),
    ("sorted_letters", (), [("noon", "nnoo")]),
    ("suffix", ("s",), [("cat", "cats")]),
    ("shift", (2,), [("xyz", "zab"), ("a", "c")]),
    ("char_upper", (), [("a", "A"), ("1", "1")]),
    ("char_lower", (), [("A", "a"), (".", ".")]),
    ("char_swap", (), [("a", "A"), ("A", "a"), ("1", "1"), (" ", " ")]),
    ("char_double", (3,), [("a", "aaa")]),
    ("row_sum", (), [([1, -3], -2), ([], 0)]),
    ("row_length", (), [([1, -3], 2), ([], 0)]),
    ("row_max", (), [([-1, -3], -1), ([], 0)]),
    ("row_min", (), [([1, 3], 1), ([], 0)]),
    ("row_range", (), [([1, -3], 4), ([5], 0), ([], 0)]),
    ("row_distinct_count", (), [([1, 1, 2], 2), ([], 0)]),
    ("row_sum_where", (EVEN,), [([1, 2, 4], 6), ([1], 0)]),
    ("row_count_where", (EVEN,), [([1, 2, 4], 2), ([], 0)]),
    ("row_reverse", (), [([1, 2, 3], [3, 2, 1]), ([], [])]),
    ("row_sorted", (), [([3, 1, 2], [1, 2, 3])]),
    ("row_where", (EVEN,), [([1, 2, 4], [2, 4]), ([1], [])]),
    ("row_weighted", (), [([5, 1, 2], 13), ([], 0)]),
    ("row_alternating", (), [([5, 1, 2], 6), ([], 0)]),
    ("filter", (EVEN,), [([1, 2, 4], [2, 4])]),
    ("map", (SQUARE,), [([1, -2], [1, 4])]),
    ("sort_up", (), [([3, 1, 2, 1], [1, 1, 2, 3]), (["b", "ab"], ["ab", "b"])]),
    ("sort_down", (), [([3, 1, 2, 1], [3, 2, 1, 1])]),
    ("sort_by_up", (LENGTH,), [(["bb", "c", "aa", "d"], ["c", "d", "bb", "aa"])]),
    ("sort_by_down", (LENGTH,), [(["bb", "c", "aa", "d"], ["bb", "aa", "c", "d"])]),
    ("unique", (), [([2, 1, 2, 1], [2, 1]), ([], [])]),
    ("reverse", (), [([1, 2, 3], [3, 2, 1]), ([], [])]),
    ("take", (2,), [([1, 2, 3], [1, 2]), ([1], [1])]),
    ("drop", (2,), [([1, 2, 3], [3]), ([1], [])]),
    ("take_last", (2,), [([1, 2, 3], [2, 3]), ([1], [1])]),
    ("every", (2,), [([1, 2, 3, 4, 5], [1, 3, 5]), ([], [])]),
    ("before_first", (EVEN,), [([1, 3, 2, 5], [1, 3]), ([2], []), ([1], [1])]),
    ("from_first", (EVEN,), [([1, 3, 2, 5], [2, 5]), ([2], [2]), ([1], [])]),
    ("collapse", (), [([1, 1, 2, 1], [1, 2, 1]), ([], [])]),
    ("rotate", (2,), [([1, 2, 3], [3, 1, 2]), ([1, 2], [1, 2]), ([1], [1])]),
    ("front", (EVEN,), [([1, 2, 3, 4], [2, 4, 1, 3])]),
    ("repeated", (), [([1, 2, 1, 3], [1, 1])]),
    ("single", (), [([1, 2, 1, 3], [2, 3])]),
    ("differences", (), [([1, 4, 2], [3, -2]), ([1], []), ([], [])]),
    ("neighbour_sums", (), [([1, 4, 2], [5, 6]), ([1], [])]),
    ("running_sum", (), [([1, 4, -2], [1, 5, 3]), ([], [])]),
    ("running_max", (), [([1, 4, 2], [1, 4, 4]), ([], [])]),
    ("window_sums", (2,), [([1, 4, 2], [5, 6]), ([1], [])]),
    ("by_position", (), [([5, 4, 2], [5, 8, 6])]),
    ("mirror_sum", (), [([1, 2, 4], [5, 4, 5]), ([], [])]),
    ("local_peaks", (), [([1, 3, 2, 2, 5], [3]), ([1, 2], [])]),
    ("new_highs", (), [([2, 1, 2, 5], [2, 5]), ([], [])]),
    ("above_average", (), [([1, 2, 3], [3]), ([2, 2], []), ([], [])]),
    ("chunks", (2,), [([1, 2, 3], [[1, 2], [3]]), ([], [])]),
    ("runs", (), [([1, 1, 2], [[1, 1], [2]]), ([], [])]),
    ("zip_sum", ([1, 2],), [([5, 6, 7], [6, 8]), ([], [])]),
    ("zip_product", ([1, 2],), [([5, 6, 7], [5, 12]), ([3], [3])]),
    ("zip_larger", ([9, 2],), [([5, 6, 7], [9, 6])]),
    ("zip_distance", ([9, 2],), [([5, 6, 7], [4, 4])]),
    ("zip_wins", ([9, 2, 7],), [([5, 6, 7, 8], [6])]),
    ("in_other", ([1, 2],), [([2, 3, 1, 2], [2, 1, 2])]),
    ("not_in_other", ([1, 2],), [([2, 3, 1, 2], [3])]),
    ("followed_by", ([1, 2],), [([2], [2, 1, 2])]),
    ("where_value", (ABOVE,), [({"a": 2, "b": 3}, {"b": 3})]),
    ("where_key", (Term("starts", ("a",)),), [(AB, {"ab": 2, "a": 2})]),
    ("map_values", (SQUARE,), [({"a": -2}, {"a": 4}), ({}, {})]),
    ("at_least_average", (), [({"a": 1, "b": 3, "c": 2}, {"b": 3, "c": 2}), ({}, {})]),
    ("top_keys", (1,), [(AB, {"a": 2}), ({}, {})]),
    ("keys_sorted", (), [(AB, ["a", "ab", "c"])]),
    ("keys_ranked", (), [(AB, ["a", "ab", "c"]), ({"a": 1, "b": 2}, ["b", "a"])]),
    ("values_sorted", (), [(AB, [-1, 2, 2])]),
    ("values_by_key", (), [({"b": 1, "a": 2}, [2, 1])]),
    ("merge", ({"a": 1, "d": 2},), [({"a": 4, "b": 0}, {"a": 5, "b": 0, "d": 2})]),
    ("rows_by_value", (ABOVE,), [([["a", 2], ["b", 3]], [["b", 3]])]),
    ("rows_by_name", (Term("starts", ("b",)),), [(ROWS, [["b", 3], ["b", 5]])]),
    ("row_values", (), [(ROWS, [3, 3, 5])]),
    ("row_names", (), [(ROWS, ["b", "a", "b"])]),
    ("totals_by_name", (), [(ROWS, {"b": 8, "a": 3}), ([], {})]),
    ("best_by_name", (), [(ROWS, {"b": 5, "a": 3}), ([["a", -2]], {"a": -2})]),
    ("rows_per_name", (), [(ROWS, {"b": 2, "a": 1})]),
    ("last_by_name", (), [([*ROWS, ["b", 1]], {"b": 1, "a": 3})]),
    ("first_of_name", (), [(ROWS, [["b", 3], ["a", 3]])]),
    ("rank_rows_down", (), [(ROWS, [["b", 5], ["a", 3], ["b", 3]])]),
    ("rank_rows_up", (), [(ROWS, [["a", 3], ["b", 3], ["b", 5]])]),
    ("first_rows", (2,), [(ROWS, [["b", 3], ["a", 3]]), ([], [])]),
    ("columns", (), [([[1, 2], [3, 4]], [[1, 3], [2, 4]]), ([], [])]),
    ("flatten", (), [([[1, 2], [], [3]], [1, 2, 3]), ([], [])]),
    ("diagonal", (), [([[1, 2], [3, 4], [5, 6]], [1, 4]), ([], [])]),
    ("count_words", (), [(["a", "b", "a"], {"a": 2, "b": 1}), ([], {})]),
    ("count_by", (FIRST,), [(["ab", "b", "a"], {"a": 2, "b": 1})]),
    ("group_by", (FIRST,), [(["ab", "b", "a"], {"a": ["ab", "a"], "b": ["b"]})]),
    ("lengths_by_word", (), [(["ab", "b"], {"ab": 2, "b": 1})]),
    ("big_groups", (2,), [({"a": ["a"], "b": ["b", "b"]}, {"b": ["b", "b"]})]),
    ("group_sizes", (), [({"a": ["a"], "b": ["b", "b"]}, {"a": 1, "b": 2})]),
    ("characters", (), [("a b", ["a", " ", "b"]), ("", [])]),
    ("split", (), [("ab c", ["ab", "c"]), ("", [])]),
    ("digits", (), [(305, [3, 0, 5]), (0, [0])]),
    ("bits", (), [(6, [1, 1, 0]), (0, [0])]),
    ("up_to", (), [(3, [1, 2, 3]), (0, [])]),
    ("divisors", (), [(12, [1, 2, 3, 4, 6, 12]), (9, [1, 3, 9]), (0, [])]),
    ("halvings", (), [(9, [9, 4, 2, 1]), (0, [])]),
    ("listed", (), [([1], [1])]),
    ("listed_rows", (), [([[1]], [[1]])]),
    ("count", (), [([5, 5], 2), ([], 0)]),
    ("distinct", (), [([5, 5, 6], 2), ([], 0)]),
    ("sum", (), [([5, -6], -1), ([], 0)]),
    ("max", (-1,), [([-5, -6], -5), ([], -1)]),
    ("min", (0,), [([5, 6], 5), ([], 0)]),
    ("max_or_none", (), [([-5, -6], -5), ([], None)]),
    ("first_or_none", (), [([0, 6], 0), ([], None)]),
    ("last", (-1,), [([5, 6], 6), ([], -1)]),
    ("spread", (), [([5, -6, 1], 11), ([5], 0), ([], 0)]),
    ("product", (), [([5, -6], -30), ([], 1)]),
    ("any", (EVEN,), [([1, 2], True), ([1], False), ([], False)]),
    ("all", (EVEN,), [([1, 2], False), ([2], True), ([], True)]),
    ("mode", (-1,), [([3, 2, 3, 2, 9], 2), ([], -1)]),
    ("alternating", (), [([5, 1, 2], 6), ([], 0)]),
    ("position_of_max", (), [([1, 7, 7], 1), ([], -1)]),
    ("extremes", (), [([3, 1, 2], [1, 3]), ([], [0, 0])]),
    ("sum_and_count", (), [([3, 1], [4, 2]), ([], [0, 0])]),
    ("second_largest", (-1,), [([3, 1, 3], 1), ([3, 3], -1), ([], -1)]),
    ("rises", (), [([1, 2, 2, 3, 0], 2), ([], 0)]),
    ("longest_run", (), [([1, 2, 2, 1], 2), ([], 0)]),
    ("mirrored", (), [([1, 2, 1], True), ([1, 2], False), ([], True)]),
    ("concat", (), [(["a", "b"], "ab"), ([], "")]),
    ("text", (), [(["a", "b"], "ab"), ([], "")]),
    ("join", ("-",), [(["a", "", "b"], "a--b"), ([], "")]),
    ("longest", (), [(["a", "bb", "cc"], "bb"), ([], "")]),
    ("shortest", (), [(["aa", "b", "c"], "b"), ([], "")]),
    ("alphabetical_first", (), [(["b", "ab", "c"], "ab"), ([], "")]),
    ("frequent_word", (), [(["b", "a", "b", "a", "c"], "a"), ([], "")]),
    ("total_length", (), [(["b", "aa"], 3), ([], 0)]),
    ("table", (), [(AB, AB)]),
    ("index", (), [({"a": ["a"]}, {"a": ["a"]})]),
    ("value_sum", (), [(AB, 3), ({}, 0)]),
    ("entries", (), [(AB, 3), ({}, 0)]),
    ("best_key", (), [(AB, "a"), ({"b": -1}, "b"), ({}, "")]),
    ("value_max", (-1,), [(AB, 2), ({}, -1)]),
    ("value_spread", (), [(AB, 3), ({}, 0)]),
    ("items_ranked", (), [(AB, [["a", 2], ["ab", 2], ["c", -1]])]),
    ("largest_group", (), [({"b": ["b"], "a": ["a"]}, "a"), ({}, "")]),
    ("rows", (), [(ROWS, ROWS)]),
    ("row_count", (), [(ROWS, 3)]),
    ("best_name", (), [(ROWS, "b"), ([["c", 1], ["a", 1]], "c"), ([], None)]),
    ("row_total", (), [(ROWS, 11), ([], 0)]),
    ("names_count", (), [(ROWS, 2), ([], 0)]),
    ("whole_long", (2,), [([1, 2], False), ([1, 2, 3], True)]),
    ("whole_short", (2,), [([1, 2], False), ([1], True)]),
    ("whole_even", (), [([1, 2], True), ([1], False), ([], True)]),
    ("whole_repeats", (), [([1, 1], True), ([1], False)]),
    ("whole_contains", (2,), [([1, 2], True), ([], False)]),
    ("whole_negative", (), [([1, -2], True), ([], False)]),
    ("whole_sum_even", (), [([1, 2], False), ([1, 3], True), ([], True)]),
    ("both", (EVEN, ABOVE), [(4, True), (2, False), (5, False)]),
    ("either", (EVEN, ABOVE), [(2, True), (5, True), (1, False)]),
    ("not", (EVEN,), [(2, False), (1, True)]),
    ("case", (EVEN, SQUARE, Term("same")), [(2, 4), (3, 3)]),
    ("branch", (Term("whole_even"), Term("sum"), Term("count")), [([4, 5], 9), ([4], 1)]),
]


def rule(test, *actions):
    return Term("rule", (test, *actions))


def loop(final, *rules, second=True):
    bonus = Term("state", ("bonus", 0)) if second else Term("none")
    return Term("loop", (Term("state", ("score", 3)), bonus, Term(final), *rules))


ELSE = Term("otherwise")
UP = Term("count_up")
LOOPS = [
    (loop("final_state", rule(EVEN, Term("add_value")), rule(ELSE)), [4, 1, 6], 13),
    (loop("final_state", rule(EVEN, Term("subtract_value")), rule(ELSE)), [4, 1], -1),
    (loop("final_state", rule(EVEN, Term("set_value")), rule(ELSE, Term("scale"))), [4, 1], 8),
    (loop("final_state", rule(ELSE, Term("add_const", (2,)))), [4, 1], 7),
    (loop("final_state", rule(ELSE, Term("subtract_const", (2,)))), [4, 1], -1),
    (loop("final_state", rule(EVEN, Term("set_const", (9,))), rule(ELSE)), [4, 1], 9),
    (loop("final_history", rule(ELSE, Term("negate_state"))), [4, 1], [-3, 3]),
    (loop("final_history", rule(ELSE, Term("negate_state"))), [], []),
    (loop("final_best", rule(ELSE, Term("subtract_value"))), [1, -2, 4], 4),
    (loop("final_pair", rule(EVEN, UP), rule(ELSE, Term("count_reset"))), [2, 2, 1, 2], [3, 1]),
    (loop("final_sum", rule(ELSE, UP, Term("add_second"))), [5, 5], 8),
    (loop("final_state", rule(ODD, Term("stop")), rule(ELSE, Term("add_value"))), [2, 1, 2], 5),
    (
        loop(
            "final_state",
            rule(Term("state_above", (4,)), Term("stop")),
            rule(ELSE, Term("add_value")),
        ),
        [2, 9],
        5,
    ),
    (
        loop("final_state", rule(Term("state_even"), UP), rule(ELSE, Term("add_value"))),
        [2, 1, 7],
        6,
    ),
    (
        loop("final_state", rule(Term("state_negative"), UP), rule(ELSE, Term("subtract_value"))),
        [5, 9],
        -2,
    ),
    (
        loop("final_state", rule(Term("value_exceeds"), Term("set_value")), rule(ELSE)),
        [2, 3, 5, 4],
        5,
    ),
    (
        loop("final_state", rule(Term("value_divides"), Term("set_const", (7,))), rule(ELSE)),
        [0, 2],
        3,
    ),
    (
        loop("final_state", rule(Term("second_reaches", (2,)), Term("scale")), rule(ELSE, UP)),
        [1, 1, 1],
        6,
    ),
]
SAME = Term("same")
TREES = [
    ("join_sum", Term("inner_same"), [2, [4, 3], 1], 6),
    ("join_max", Term("inner_times", (3,)), [2, [4, 3], 1], 12),
    ("join_max", Term("inner_same"), [], 0),
    ("join_sum", Term("inner_minus"), [2, [4, [6]]], 4),
    ("join_sum", Term("inner_plus", (5,)), [[], [2]], 12),
    ("join_sum", Term("inner_cap", (5,)), [[8, 2], 2], 7),
]


@pytest.mark.parametrize(("name", "args", "pairs"), CASES, ids=[one[0] for one in CASES])
def test_what_an_operation_means(name, args, pairs):
    run = compiled(Term(name, args))
    for given, expected in pairs:
        before = json.dumps(given)
        assert same_value(run(given), expected), (given, run(given))
        assert json.dumps(given) == before


def test_every_operation_has_a_case():
    tables = (TESTS, CHANGES, STEPS, ENDS, CONDITIONS)
    names = [name for table in tables for name in table]
    assert len(names) == len(set(names))
    assert set(names) <= {one[0] for one in CASES}
    parts = {one for term, _, _ in LOOPS for one in re.findall(r"op='(\w+)'", repr(term))}
    assert {*loops.ACTIONS, *loops.STATE_TESTS, *loops.FINALS} <= parts
    assert {*nested.JOINS, *nested.INNERS} <= {
        name for one in TREES for name in (one[0], one[1].op)
    }


@pytest.mark.parametrize(("term", "values", "expected"), LOOPS)
def test_what_a_loop_means(term, values, expected):
    assert function(pipe("xs", term), ["xs"])(values) == expected


@pytest.mark.parametrize(("join", "inner", "tree", "expected"), TREES)
def test_what_a_nested_list_is_worth(join, inner, tree, expected):
    term = Term("nested", (Term(join), inner, EVEN, SAME, Term("zero")))
    assert function(pipe("tree", term), ["tree"])(tree) == expected


def test_guards_and_parameters():
    guarded = pipe("xs", Term("guard", (Term("whole_short", (2,)), -1)), Term("sum"))
    assert [function(guarded, ["xs"])(one) for one in ([], [5], [5, 6])] == [-1, -1, 11]
    limited = pipe("xs", Term("filter", (Term("above", (Ref("k"),)),)), Term("sum"))
    assert references(limited) == {"k"}
    assert function(limited, ["xs", "k"])([1, 5, 9], 4) == 14


@pytest.fixture(scope="module")
def drawn():
    """Return problems of all templates and difficulties, each with its draft."""
    drafts = []
    original = Composed._problem

    def spy(self, rng, difficulty, draft, inputs):
        problem = original(self, rng, difficulty, draft, inputs)
        drafts.append((problem, draft))
        return problem

    Composed._problem = spy
    try:
        for name in NAMES:
            template = load_template(TEMPLATES[name])
            for draw in range(110):
                template.make(task_rng(3, name, draw), draw % 11 / 10)
    finally:
        Composed._problem = original
    return drafts


def test_python_and_the_interpreter_agree(drawn, sandboxes):
    some = [problem for problem, _ in drawn[::3]]
    assert len(some) >= 300
    calls = [Call(one.source, one.entry, one.inputs) for one in some]
    for problem, done in zip(some, call_batch(sandboxes[0], calls), strict=True):
        for result, answer, given in zip(
            done.results, problem.answers, problem.inputs, strict=True
        ):
            assert result.status == "ok", (result.error, problem.source, given)
            assert same_value(result.value, answer), (problem.statement, problem.source, given)


def test_wordings_are_distinct_and_complete(drawn):
    for problem, draft in drawn:
        texts = (problem.statement, *problem.wordings)
        assert len(set(texts)) == len(texts) == 3
        wanted = [one for one in constants(draft.term) if one not in ("", None, False)]
        for text in texts:
            for one in wanted:
                assert re.search(rf"(?<!\w){re.escape(str(one))}(?!\w)", text), (one, text)
            for name, _ in problem.parameters:
                assert f"`{name}`" in text
            assert text.endswith(".")
            assert not re.search(
                r"[{}]|  |\ba [aeio]\w|\bNone\b(?!`)|(?<!\.)\.\.(?!\.)",
                text.replace("\n   -", "\n-"),
            ), text
            assert all(line[0].isupper() or line[0] in "`-123456789 " for line in text.split("\n"))


def test_first_inputs_are_telling(drawn):
    for problem, _ in drawn:
        shown = [json.dumps(one) for one in problem.answers[: problem.public]]
        assert len(set(shown)) == min(3, len(set(map(json.dumps, problem.answers))))
        assert all(len(json.dumps(one)) < 300 for one in problem.inputs[: problem.public])


def test_nothing_degenerate_is_made(drawn):
    for problem, _ in drawn:
        counts = Counter(json.dumps(one) for one in problem.answers)
        if set(counts) <= {"true", "false"}:
            assert min(counts.values()) >= 0.2 * len(problem.answers)
        else:
            assert len(counts) >= 5
        assert max(len(one) for one in counts) <= 2_000
        assert any(
            one[0] != value for one, value in zip(problem.inputs, problem.answers, strict=True)
        )
        if isinstance(problem.inputs[0][0], list):
            sizes = [len(one[0]) for one in problem.inputs]
            assert sizes != list(problem.answers)


def test_every_operation_is_drawn(drawn):
    seen = Counter(op for problem, _ in drawn for op in problem.notes["operations"])
    rarer = [
        name
        for table in (TESTS, CHANGES, STEPS, ENDS, CONDITIONS)
        for name in table
        if not seen[name]
    ]
    for name in NAMES * 4:
        if not rarer:
            break
        template = load_template(TEMPLATES[name])
        for draw in range(60):
            problem = template.make(task_rng(4, name, draw), draw % 11 / 10)
            rarer = [one for one in rarer if one not in problem.notes["operations"]]
    assert not rarer


def test_difficulty_makes_programs_larger(drawn):
    for name in NAMES:
        sizes = {
            level: [
                one.notes["size"]
                for one, _ in drawn
                if one.family == name and one.difficulty == level
            ]
            for level in (0.0, 1.0)
        }
        assert sum(sizes[1.0]) / len(sizes[1.0]) > 1.15 * sum(sizes[0.0]) / len(sizes[0.0]), name


def test_equal_streams_give_equal_problems():
    digest = _digest()
    code = f"import sys; sys.path.insert(0, {str(__file__).rsplit('/', 1)[0]!r})\nimport test_dsl\nprint(test_dsl._digest())"
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONHASHSEED": "12", "PYTHONPATH": ":".join(sys.path)},
    )
    assert done.stdout.strip() == digest


def _digest():
    digest = hashlib.sha256()
    for name in NAMES:
        for place, level in enumerate(LEVELS):
            problem = load_template(TEMPLATES[name]).make(task_rng(9, name, place), level)
            digest.update(repr(problem).encode())
    return digest.hexdigest()


PLANTED = [
    (pipe("xs", Term("filter", (Term("above", (3,)),)), Term("sum")), "list[int]", "int"),
    (pipe("xs", Term("map", (SQUARE,)), Term("listed")), "list[int]", "list[int]"),
    (pipe("xs", Term("unique"), Term("reverse"), Term("listed")), "list[int]", "list[int]"),
    (pipe("xs", Term("filter", (Term("starts", ("t",)),)), Term("concat")), "list[str]", "str"),
    (pipe("xs", Term("map", (LENGTH,)), Term("max", (0,))), "list[str]", "int"),
    (
        pipe("xs", Term("where_value", (EVEN,)), Term("keys_sorted"), Term("listed")),
        "dict[str, int]",
        "list[str]",
    ),
]
GIVEN = {
    "list[int]": [[1, 5, 5, 2], [9, 3, 4], [-4, 8, 7, 8], [6], [], [3, 0, 12, 4, 4]],
    "list[str]": [["tea", "pot"], ["two", "ten", "a"], ["eat"], [], ["tot", "art", "tart"], ["at"]],
    "dict[str, int]": [
        {"b": 2, "a": 4},
        {"c": 3, "a": 1, "d": 6},
        {},
        {"x": 5},
        {"q": 8},
        {"k": 0, "b": 9},
    ],
}


@pytest.mark.parametrize(("term", "kind", "returns"), PLANTED)
def test_the_enumerator_finds_small_programs(term, kind, returns, sandboxes):
    run = function(term, ["xs"])
    examples = [([one], run(one)) for one in GIVEN[kind]]
    parameters = [("xs", kind)]
    found = next(enumerate_programs(parameters, returns, examples))
    assert found == next(enumerate_programs(parameters, returns, examples))
    assert len(found.args) <= len(term.args)
    answer = function(found, ["xs"])
    assert all(same_value(answer(*one), value) for one, value in examples)
    source = to_python(found, "solve", parameters)
    done = call_batch(sandboxes[0], [Call(source, "solve", [one for one, _ in examples])])[0]
    assert all(same_value(a.value, b) for a, (_, b) in zip(done.results, examples, strict=True))


def test_the_enumerator_keeps_its_budget():
    examples = [([[1, 2, 3]], 77), ([[4]], 78)]
    assert not list(enumerate_programs([("xs", "list[int]")], "int", examples, 500))


def test_the_enumerator_solves_easy_tasks_only():
    solved = dict.fromkeys((0.0, 0.5, 1.0), 0)
    for name in NAMES:
        for level in solved:
            for draw in range(3):
                problem = load_template(TEMPLATES[name]).make(task_rng(5, name, draw), level)
                solved[level] += _solved(problem)
    assert solved[0.0] >= 0.4 * 3 * len(NAMES)
    assert solved[0.0] > solved[0.5] >= solved[1.0]
    assert solved[1.0] <= 0.05 * 3 * len(NAMES)


def _solved(problem):
    names = [name for name, _ in problem.parameters]
    tests = list(zip(problem.inputs, problem.answers, strict=True))
    term = next(enumerate_programs(problem.parameters, problem.returns, tests[:6], 2_000), None)
    if term is None:
        return False
    run = function(term, names)
    try:
        return all(same_value(run(*given), answer) for given, answer in tests)
    except (IndexError, TypeError, ValueError):
        return False
