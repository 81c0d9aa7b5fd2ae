"""Every line of every mapping file, broken in every way: `check` refuses it at the right line, or the laws still hold."""
