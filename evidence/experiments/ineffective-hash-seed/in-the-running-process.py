# {"claim": "PYTHONHASHSEED set in the running process changes neither its hashes nor the order of its sets; set before Python starts it does."}
#- bad
import os

os.environ["PYTHONHASHSEED"] = "0"
print(hash("cat"), list({"cat", "dog", "bird", "fish"}))
#- good
import os
import sys

if os.environ.get("PYTHONHASHSEED") != "0":
    os.environ["PYTHONHASHSEED"] = "0"
    os.execv(sys.executable, [sys.executable, __file__])
print(hash("cat"), list({"cat", "dog", "bird", "fish"}))
