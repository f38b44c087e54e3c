# {"claim": "Hashes of numbers and of tuples of them are the same in every run."}
#- good
print(hash(3), hash(1.5), hash((1, 2.5, 3)), hash(2**70))
