# {"claim": "A set of whole numbers has the same order in every process."}
#- good
print(list({(7919 * i) % 1009 for i in range(200)}))
