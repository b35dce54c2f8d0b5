import json
import os

with open(os.environ["MN_INPUT_FILE"]) as file:
    print(json.dumps({"to": "Harbour Office", "amount": json.load(file)["amount"]}))
