"""The words of OCPP 1.6 that a product's rows may use, so that a misspelt one is found when the row is read.

The floor's neighbour `contactor.ocpp` holds the same words as enumerations; a test keeps the two alike.
"""

FEATURE_PROFILES = (
    "Core",
    "FirmwareManagement",
    "LocalAuthListManagement",
    "Reservation",
    "SmartCharging",
    "RemoteTrigger",
)

SECURITY_PROFILE = "Security"
"""The group of the white paper's operations, which no station lists in SupportedFeatureProfiles."""

ACTIONS = (
    "Authorize",
    "BootNotification",
    "CancelReservation",
    "ChangeAvailability",
    "ChangeConfiguration",
    "ClearCache",
    "ClearChargingProfile",
    "DataTransfer",
    "DiagnosticsStatusNotification",
    "FirmwareStatusNotification",
    "GetCompositeSchedule",
    "GetConfiguration",
    "GetDiagnostics",
    "GetLocalListVersion",
    "Heartbeat",
    "MeterValues",
    "RemoteStartTransaction",
    "RemoteStopTransaction",
    "ReserveNow",
    "Reset",
    "SendLocalList",
    "SetChargingProfile",
    "StartTransaction",
    "StatusNotification",
    "StopTransaction",
    "TriggerMessage",
    "UnlockConnector",
    "UpdateFirmware",
)

SECURITY_ACTIONS = (
    "CertificateSigned",
    "DeleteCertificate",
    "ExtendedTriggerMessage",
    "GetInstalledCertificateIds",
    "GetLog",
    "InstallCertificate",
    "LogStatusNotification",
    "SecurityEventNotification",
    "SignCertificate",
    "SignedFirmwareStatusNotification",
    "SignedUpdateFirmware",
)

# Keys without which the software could not work; what a product does not offer its central system, the factory sets.
NEEDED_KEYS = (
    "AllowOfflineTxForUnknownId",
    "AuthenticationOCPPMode",
    "AuthorizationCacheEnabled",
    "AuthorizationKey",
    "AuthorizeRemoteTxRequests",
    "BoxIdentifier",
    "ChargeLimitedPower",
    "ClockAlignedDataInterval",
    "ConnectionTimeOut",
    "DefaultIdTag",
    "EnableRemoteStartNoConnectedEV",
    "GetConfigurationMaxKeys",
    "HeartbeatInterval",
    "LocalAuthListEnabled",
    "LocalAuthListMaxLength",
    "LocalAuthorizeOffline",
    "LocalPreAuthorize",
    "MeterValueSampleInterval",
    "MeterValuesAlignedData",
    "MeterValuesSampledData",
    "MinimumStatusDuration",
    "NumberOfConnectors",
    "ResetRetries",
    "SecurityEventsEnabled",
    "SendLocalListMaxLength",
    "StopTransactionOnEVSideDisconnect",
    "StopTransactionOnInvalidId",
    "StopTxnAlignedData",
    "StopTxnSampledData",
    "SupervisionUrl",
    "SupportedFeatureProfiles",
    "TransactionMessageAttempts",
    "TransactionMessageRetryInterval",
    "UnlockConnectorOnEVSideDisconnect",
    "WebSocketPingInterval",
)

# NoError is missing on purpose: a row describes trouble.
ERROR_CODES = (
    "ConnectorLockFailure",
    "EVCommunicationError",
    "GroundFailure",
    "HighTemperature",
    "InternalError",
    "LocalListConflict",
    "OtherError",
    "OverCurrentFailure",
    "OverVoltage",
    "PowerMeterFailure",
    "PowerSwitchFailure",
    "ReaderFailure",
    "ResetFailure",
    "UnderVoltage",
    "WeakSignal",
)

STOP_REASONS = (
    "DeAuthorized",
    "EmergencyStop",
    "EVDisconnected",
    "HardReset",
    "Local",
    "Other",
    "PowerLoss",
    "Reboot",
    "Remote",
    "SoftReset",
    "UnlockCommand",
)

MEASURANDS = (
    "Current.Export",
    "Current.Import",
    "Current.Offered",
    "Energy.Active.Export.Interval",
    "Energy.Active.Export.Register",
    "Energy.Active.Import.Interval",
    "Energy.Active.Import.Register",
    "Energy.Reactive.Export.Interval",
    "Energy.Reactive.Export.Register",
    "Energy.Reactive.Import.Interval",
    "Energy.Reactive.Import.Register",
    "Frequency",
    "Power.Active.Export",
    "Power.Active.Import",
    "Power.Factor",
    "Power.Offered",
    "Power.Reactive.Export",
    "Power.Reactive.Import",
    "RPM",
    "SoC",
    "Temperature",
    "Voltage",
)

# Celcius is the standard's own slip; a product writes Celsius.
UNITS = (
    "A",
    "Celsius",
    "Fahrenheit",
    "K",
    "Percent",
    "V",
    "VA",
    "W",
    "Wh",
    "kVA",
    "kW",
    "kWh",
    "kvar",
    "kvarh",
    "var",
    "varh",
)

LOCATIONS = ("Body", "Cable", "EV", "Inlet", "Outlet")
PROFILE_PURPOSES = ("ChargePointMaxProfile", "TxDefaultProfile", "TxProfile")
PROFILE_KINDS = ("Absolute", "Recurring", "Relative")
RECURRENCES = ("Daily", "Weekly")
RATE_UNITS = ("A", "W")
