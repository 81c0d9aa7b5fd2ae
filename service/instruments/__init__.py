"""Questionnaires: what their files say about them, scores, what a change means, the Questionnaire resource."""
