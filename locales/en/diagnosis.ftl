# Diagnosis.
