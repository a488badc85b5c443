# Pictures.
