"""What both applications are sent, and what everybody on the measured ward signs in with."""

COWS = {
    "cows_pulse_rate": 88,
    "cows_sweating": 1,
    "cows_restlessness": 1,
    "cows_pupils": 1,
    "cows_aches": 1,
    "cows_nose_eyes": 1,
    "cows_gi": 2,
    "cows_tremor": 1,
    "cows_yawning": 1,
    "cows_anxiety": 1,
    "cows_gooseflesh": 0,
}

SYMPTOMS = {"nausea": 2, "chills": 1, "anxiety": 2, "insomnia": 1}
"""What a patient picks and rates."""

PASSWORD = "a long password for measuring"
