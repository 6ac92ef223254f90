"""From events to a promoted model: dataset, split, fit, calibrate, evaluate, track, promote. MLflow lives only here."""
