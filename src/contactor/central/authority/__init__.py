"""The authority behind the central system that signs stations' certificates, where the operator has given it one."""
