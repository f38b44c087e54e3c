"""A forest, to compare with."""
import numpy as np
from sklearn.ensemble import RandomForestClassifier
from sklearn.metrics import accuracy_score
from sklearn.model_selection import KFold, train_test_split


def main():
    features, labels = np.load("features.npy"), np.load("labels.npy")
    x_train, x_test, y_train, y_test = train_test_split(features, labels, test_size=0.2)
    #                                  ^^^^^^^^^^^^^^^^ missing-random-state information
    folds = KFold(5)
    forest = RandomForestClassifier(n_estimators=200, random_state=0)
    for fold, (rows, _) in enumerate(folds.split(x_train)):
        forest.fit(x_train[rows], y_train[rows])
        print(fold, accuracy_score(y_test, forest.predict(x_test)))


if __name__ == "__main__":
    main()
