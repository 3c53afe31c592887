"""scikit-learn beside mlkit.

`mlkit_sklearn.py golden` prints, as JSON, small tables and what scikit-learn makes of them; saved as
tests/domains/mle/mlkit/golden/models.json. `mlkit_sklearn.py bench` answers each line of standard input, a JSON object
with a table's file, its target, the rows of the test, and the parameters of a histogram gradient boosting, with the
seconds of the fit and the predictions of the test rows.
"""

import json
import sys
import time

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor

Numbers = NDArray[np.float64]
Json = None | bool | int | float | str | list["Json"] | dict[str, "Json"]
Case = dict[str, Json]

HELD_OUT = 40


def table(seed: int, rows: int, columns: int, digits: int = 4) -> Numbers:
    return np.random.default_rng(seed).normal(size=(rows, columns)).round(digits)


def words(seed: int, rows: int, columns: int) -> Numbers:
    """Mostly zeros, as TF-IDF has."""
    random = np.random.default_rng(seed)
    return (random.random((rows, columns)) * (random.random((rows, columns)) < 0.05)).round(4)


def target(X: Numbers, seed: int) -> Numbers:
    noise = np.random.default_rng(seed).normal(size=len(X))
    return (2 * X[:, 0] - X[:, 1] + np.sin(2 * X[:, 2]) + 0.3 * noise).round(4)


def grouped(y: Numbers, classes: int) -> NDArray[np.int64]:
    """Classes of equal size, by the order of the numbers."""
    return np.digitize(y, np.quantile(y, np.linspace(0, 1, classes + 1)[1:-1]))


def text(values: NDArray) -> str:
    """Numbers as a text, to ten decimals; `nan` is a missing value."""
    return " ".join(f"{value:.10f}".rstrip("0").rstrip(".") for value in np.ravel(values))


def case(y: NDArray, options: dict[str, Json], expected: NDArray) -> Case:
    return {"y": text(y), "options": options, "expected": text(expected)}


def group(X: Numbers, cases: list[Case]) -> Case:
    return {"columns": X.shape[1], "X": text(X), "cases": [*cases]}


def ridge_group(X: Numbers) -> Case:
    """Expects the weights, then the intercept."""
    cases, y = [], target(X, 5)
    for alpha in (0.1, 1.0, 30.0):
        for intercept in (True, False):
            model = Ridge(alpha=alpha, fit_intercept=intercept, solver="svd").fit(X, y)
            options: dict[str, Json] = {"alpha": alpha, "intercept": intercept}
            cases.append(case(y, options, np.append(model.coef_, model.intercept_)))
    return group(X, cases)


def logistic_group(X: Numbers) -> Case:
    """Expects the probabilities of the rows that it was fitted on."""
    cases = []
    for classes in (2, 4):
        y = grouped(target(X, 8), classes)
        for l2 in (0.1, 1.0, 10.0):
            model = LogisticRegression(C=1 / l2, solver="newton-cholesky", tol=1e-10).fit(X, y)
            cases.append(case(y, {"l2": l2}, model.predict_proba(X)))
    return group(X, cases)


def nearest_group(X: Numbers) -> Case:
    """Expects of each held-out row the mean target, then the probabilities of three classes."""
    cases, y = [], target(X, 10)
    labels = grouped(y, 3)
    for k in (1, 5, 12):
        for weights in ("uniform", "distance"):
            regressor = KNeighborsRegressor(k, weights=weights).fit(X[HELD_OUT:], y[HELD_OUT:])
            classifier = KNeighborsClassifier(k, weights=weights).fit(X[HELD_OUT:], labels[HELD_OUT:])
            mean = regressor.predict(X[:HELD_OUT])
            options: dict[str, Json] = {"k": k, "weights": weights}
            cases.append(case(y, options, np.column_stack([mean, classifier.predict_proba(X[:HELD_OUT])])))
    return group(X, cases)


def boosting_group(X: Numbers, classes: int) -> Case:
    """Expects of each held-out row the number, or the probabilities of that many classes.

    The numbers have many digits, so that no two splits gain alike and the trees must be the same. Of classes there are
    few, and some splits do gain alike.
    """
    cases, known = [], slice(HELD_OUT, None)
    y = target(np.nan_to_num(X, nan=0.7), 13)
    labels = grouped(y, max(classes, 2))
    for parameters in ({}, {"leaves": 6, "l2": 2.0, "minLeaf": 5}, {"bins": 16, "rate": 0.3, "depth": 3}):
        options: dict[str, Json] = {"trees": 5 if classes == 0 else 30, **parameters}
        if classes == 0:
            regressor = HistGradientBoostingRegressor(**renamed(options)).fit(X[known], y[known])
            expected = regressor.predict(X[:HELD_OUT])
        else:
            classifier = HistGradientBoostingClassifier(**renamed(options)).fit(X[known], labels[known])
            expected = classifier.predict_proba(X[:HELD_OUT])
        cases.append(case(y, options, expected))
    return group(X, cases)


def golden() -> dict[str, Json]:
    shifted = table(1, 40, 6) * [1, 10, 100, 1, 1, 0.01] + [0, 1000, 5, -3, 0, 0]
    full = table(11, 401, 3, 6)
    holes = full.copy()
    for column in range(3):
        # 293 known values are left: with a prime, no limit of 255 or 16 bins lies exactly on a value.
        order = np.random.default_rng(12 + column)
        holes[HELD_OUT + order.permutation(361)[:68], column] = np.nan
        holes[order.permutation(HELD_OUT)[:8], column] = np.nan
    return {
        "ridge": [ridge_group(X) for X in (shifted.round(4), table(2, 12, 30), words(3, 60, 40), words(4, 30, 60))],
        "logistic": [logistic_group(X) for X in (table(6, 60, 5) * [1, 10, 1, 0.1, 1], words(7, 60, 30))],
        "nearest": [nearest_group(table(9, 160, 4))],
        "boosting": [boosting_group(X, 0) for X in (full, holes)],
        "two": [boosting_group(X, 2) for X in (full, holes)],
        "three": [boosting_group(X, 3) for X in (full, holes)],
    }


def renamed(options: dict[str, Json]) -> dict[str, Json]:
    """mlkit's options of boosting as scikit-learn has them."""
    return {
        "early_stopping": False,
        "max_iter": options.get("trees", 100),
        "learning_rate": options.get("rate", 0.1),
        "max_leaf_nodes": options.get("leaves", 31),
        "max_depth": options.get("depth"),
        "max_bins": options.get("bins", 255),
        "min_samples_leaf": options.get("minLeaf", 20),
        "l2_regularization": options.get("l2", 0.0),
    }


def answer(request: dict[str, Json]) -> dict[str, Json]:
    """Fits a boosting on all rows but every `every`-th and predicts these."""
    path, every, options = request["table"], request["every"], request["options"]
    assert isinstance(path, str) and isinstance(every, int) and isinstance(options, dict)
    with open(path) as file:
        names = file.readline().strip().split(",")
    values = np.genfromtxt(path, delimiter=",", skip_header=1)
    at = names.index(str(request["target"]))
    X, y = np.delete(values, at, axis=1), values[:, at]
    held_out = np.arange(len(y)) % every == 0
    regression = request["kind"] == "regression"
    kind = HistGradientBoostingRegressor if regression else HistGradientBoostingClassifier
    y = np.log1p(y) if regression else y
    began = time.perf_counter()
    model = kind(**renamed(options)).fit(X[~held_out], y[~held_out])
    seconds = time.perf_counter() - began
    return {"seconds": seconds, "predictions": model.predict(X[held_out]).tolist()}


def main() -> None:
    if sys.argv[1] == "golden":
        print(json.dumps(golden()))
        return
    for line in sys.stdin:
        print(json.dumps(answer(json.loads(line))), flush=True)


if __name__ == "__main__":
    main()
