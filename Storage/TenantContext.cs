namespace BillingCopilot.Storage;

/// <summary>
/// Whose data is being worked on: one Stripe account in one mode. Every row and every call carries it.
/// </summary>
/// <param name="Id">Our name for the tenant (<c>default</c>); the value of every row's tenant column.</param>
/// <param name="Account">Stripe account id (<c>acct_…</c>).</param>
/// <param name="Livemode">True when the account's live keys are in use.</param>
/// <param name="TimeZone">IANA name of the zone in which periods are stated (<c>UTC</c>, <c>Europe/Berlin</c>).</param>
/// <param name="Currency">Home currency, lower case ISO 4217.</param>
public sealed record TenantContext(string Id, string Account, bool Livemode, string TimeZone = "UTC", string Currency = "usd");
