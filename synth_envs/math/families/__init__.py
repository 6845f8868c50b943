"""The families of `synth/Math-v0`: one line each, imported only when used."""

__all__ = ["FAMILIES"]

_HERE = "synth_envs.math.families"

# name -> "package.module:Class". Adding a family changes what `synth/Math-v0` draws.
FAMILIES: dict[str, str] = {
    # arithmetic
    "chain_sum": f"{_HERE}.chain_sum:ChainSum",
    "expression": f"{_HERE}.expression:Expression",
    "digit_sums": f"{_HERE}.digit_sums:DigitSums",
    "division_remainder": f"{_HERE}.division_remainder:DivisionRemainder",
    "decimal_arithmetic": f"{_HERE}.decimal_arithmetic:DecimalArithmetic",
    "fraction_arithmetic": f"{_HERE}.fraction_arithmetic:FractionArithmetic",
    "base_conversion": f"{_HERE}.base_conversion:BaseConversion",
    "unit_conversion": f"{_HERE}.unit_conversion:UnitConversion",
    "coin_change": f"{_HERE}.coin_change:CoinChange",
    "date_offset": f"{_HERE}.date_offset:DateOffset",
    "clock_arithmetic": f"{_HERE}.clock_arithmetic:ClockArithmetic",
    # number theory
    "gcd_lcm": f"{_HERE}.gcd_lcm:GcdLcm",
    "prime_factorization": f"{_HERE}.prime_factorization:PrimeFactorization",
    "modular_power": f"{_HERE}.modular_power:ModularPower",
    "chinese_remainder": f"{_HERE}.chinese_remainder:ChineseRemainder",
    "diophantine": f"{_HERE}.diophantine:Diophantine",
    # algebra
    "linear_equation": f"{_HERE}.linear_equation:LinearEquation",
    "quadratic_roots": f"{_HERE}.quadratic_roots:QuadraticRoots",
    "polynomial_roots": f"{_HERE}.polynomial_roots:PolynomialRoots",
    "polynomial_product": f"{_HERE}.polynomial_product:PolynomialProduct",
    "linear_system": f"{_HERE}.linear_system:LinearSystem",
    "inequality": f"{_HERE}.inequality:Inequality",
    "sequence": f"{_HERE}.sequence:Sequence",
    # calculus
    "polynomial_derivative": f"{_HERE}.polynomial_derivative:PolynomialDerivative",
    "polynomial_integral": f"{_HERE}.polynomial_integral:PolynomialIntegral",
    "function_derivative": f"{_HERE}.function_derivative:FunctionDerivative",
    "function_integral": f"{_HERE}.function_integral:FunctionIntegral",
    "definite_integral": f"{_HERE}.definite_integral:DefiniteIntegral",
    # matrices
    "matrix_product": f"{_HERE}.matrix_product:MatrixProduct",
    "determinant": f"{_HERE}.determinant:Determinant",
    "matrix_inverse": f"{_HERE}.matrix_inverse:MatrixInverse",
    # combinatorics
    "arrangements": f"{_HERE}.arrangements:Arrangements",
    "lattice_paths": f"{_HERE}.lattice_paths:LatticePaths",
    "committees": f"{_HERE}.committees:Committees",
    # probability
    "urn_probability": f"{_HERE}.urn_probability:UrnProbability",
    "dice_probability": f"{_HERE}.dice_probability:DiceProbability",
    # geometry
    "polygon_area": f"{_HERE}.polygon_area:PolygonArea",
    "line_intersection": f"{_HERE}.line_intersection:LineIntersection",
    "point_transform": f"{_HERE}.point_transform:PointTransform",
    "triangle_measures": f"{_HERE}.triangle_measures:TriangleMeasures",
    # word problems
    "shopping": f"{_HERE}.shopping:Shopping",
    "leg_counting": f"{_HERE}.leg_counting:LegCounting",
    "travel": f"{_HERE}.travel:Travel",
    "ages": f"{_HERE}.ages:Ages",
    # sets and circuits
    "set_operations": f"{_HERE}.set_operations:SetOperations",
    "circuit_outputs": f"{_HERE}.circuit_outputs:CircuitOutputs",
    "circuit_inputs": f"{_HERE}.circuit_inputs:CircuitInputs",
    # games
    "nim": f"{_HERE}.nim:Nim",
    "coin_row": f"{_HERE}.coin_row:CoinRow",
    "tic_tac_toe": f"{_HERE}.tic_tac_toe:TicTacToe",
    # logic
    "satisfying_assignment": f"{_HERE}.satisfying_assignment:SatisfyingAssignment",
    "counterexample": f"{_HERE}.counterexample:Counterexample",
    "knights_knaves": f"{_HERE}.knights_knaves:KnightsKnaves",
    "zebra": f"{_HERE}.zebra:Zebra",
    # graphs
    "shortest_path": f"{_HERE}.shortest_path:ShortestPath",
    "connected_components": f"{_HERE}.connected_components:ConnectedComponents",
    "graph_coloring": f"{_HERE}.graph_coloring:GraphColoring",
    "topological_order": f"{_HERE}.topological_order:TopologicalOrder",
    # puzzles
    "sudoku": f"{_HERE}.sudoku:Sudoku",
    "mini_sudoku": f"{_HERE}.mini_sudoku:MiniSudoku",
    "countdown": f"{_HERE}.countdown:Countdown",
    "n_queens": f"{_HERE}.n_queens:NQueens",
    "magic_square": f"{_HERE}.magic_square:MagicSquare",
    "futoshiki": f"{_HERE}.futoshiki:Futoshiki",
    "cryptarithm": f"{_HERE}.cryptarithm:Cryptarithm",
}
