"""Says what scikit-learn answers to cases: JSON in by standard input, the same cases with `expected` out."""
import json
import sys

import numpy as np
from sklearn import metrics
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.impute import SimpleImputer
from sklearn.preprocessing import MinMaxScaler, OneHotEncoder, StandardScaler


def rmsle(truth, prediction):
    return float(np.sqrt(metrics.mean_squared_log_error(truth, prediction)))


def column_mean(metric, truth, prediction):
    pairs = zip(np.array(truth).T, np.array(prediction).T)
    return float(np.mean([metric(left, right) for left, right in pairs]))


def log_loss(truth, prediction):
    labels = range(len(prediction[0])) if isinstance(prediction[0], list) else [0, 1]
    return metrics.log_loss(truth, prediction, labels=labels)


METRICS = {
    "accuracy": metrics.accuracy_score,
    "macroF1": lambda t, p: metrics.f1_score(t, p, average="macro"),
    "logLoss": log_loss,
    "auc": metrics.roc_auc_score,
    "averagePrecision": metrics.average_precision_score,
    "rmse": lambda t, p: np.sqrt(metrics.mean_squared_error(t, p)),
    "rmsle": rmsle,
    "mae": metrics.mean_absolute_error,
    "r2": metrics.r2_score,
    "mcrmsle": lambda t, p: column_mean(rmsle, t, p),
    "meanColumnAuc": lambda t, p: column_mean(metrics.roc_auc_score, t, p),
}


def tfidf(case):
    options = case["options"]
    vectorizer = TfidfVectorizer(
        ngram_range=tuple(options.get("ngrams", (1, 1))),
        analyzer=options.get("analyzer", "word"),
        min_df=options.get("minCount", 1),
        max_df=float(options.get("maxShare", 1)),
        max_features=options.get("maxFeatures"),
        sublinear_tf=options.get("sublinear", False),
        lowercase=options.get("lowercase", True),
    ).fit(case["fit"])
    return {
        "vocabulary": vectorizer.get_feature_names_out().tolist(),
        "idf": vectorizer.idf_.tolist(),
        "rows": vectorizer.transform(case["transform"]).toarray().tolist(),
    }


STEPS = {
    "median": lambda: SimpleImputer(strategy="median"),
    "mean": lambda: SimpleImputer(strategy="mean"),
    "most-frequent": lambda: SimpleImputer(strategy="most_frequent"),
    "standard": StandardScaler,
    "minmax": MinMaxScaler,
}


def step(case):
    if case["step"] == "one-hot":
        encoder = OneHotEncoder(handle_unknown="ignore", sparse_output=False)
        return encoder.fit([[text] for text in case["fit"]]).transform([[text] for text in case["transform"]]).tolist()
    fit, transform = (np.array(case[part], dtype=float) for part in ("fit", "transform"))
    rows = STEPS[case["step"]]().fit(fit).transform(transform).tolist()
    return [[None if np.isnan(value) else value for value in row] for row in rows]


def answer(case):
    if "metric" in case:
        return float(METRICS[case["metric"]](case["truth"], case["prediction"]))
    return tfidf(case) if "options" in case else step(case)


json.dump([{**case, "expected": answer(case)} for case in json.load(sys.stdin)], sys.stdout)
