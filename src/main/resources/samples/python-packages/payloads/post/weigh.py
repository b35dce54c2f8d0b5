"""Weighs the parcels with scales from elsewhere."""

import json
import os

import scales

with open(os.environ["MN_INPUT_FILE"]) as file:
    parcels = json.load(file)["parcels"]

grams = [scales.grams(parcel) for parcel in parcels]
print(json.dumps({"complete_run": {"grams": grams, "heaviest": parcels[grams.index(max(grams))]}}))
