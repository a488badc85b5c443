# Why.
