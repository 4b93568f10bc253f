"""What is in an HSM, against what a declaration says has to be there: https://docs.oasis-open.org/pkcs11/pkcs11-spec/v3.1/."""
