# {"claim": "Without random_state the split is another one in every run; a random_state or numpy's global seed fixes it.", "needs": "sklearn"}
#- bad
from sklearn.model_selection import train_test_split

print(train_test_split(list(range(100))))
#- good
import numpy as np
from sklearn.model_selection import train_test_split

print(train_test_split(list(range(100)), random_state=0))
np.random.seed(0)
print(train_test_split(list(range(100))))
