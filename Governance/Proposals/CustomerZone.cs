using BillingCopilot.Billing;
using BillingCopilot.Storage;
using NodaTime.TimeZones;

namespace BillingCopilot.Governance.Proposals;

/// <summary>What is known of where a customer is.</summary>
/// <param name="Named">A zone that somebody wrote into the customer's metadata; null for none.</param>
/// <param name="Country">ISO 3166 code of the billing address.</param>
/// <param name="State">State or province of the billing address, as its postal code.</param>
/// <param name="Locales">Languages the customer prefers: <c>de-AT</c>. Only their region says something.</param>
public sealed record ZoneHints(string? Named, string? Country, string? State, IReadOnlyList<string> Locales);

/// <summary>Reads where a customer is. Implemented where Stripe is called.</summary>
public interface ICustomerZones
{
    Task<Outcome<ZoneHints>> ReadAsync(TenantContext tenant, string customerId, CancellationToken cancellationToken);
}

/// <summary>
/// The IANA zones a customer may be in. What is named counts first, then the state, the country, and the region of
/// the language. Countries are those of the time zone database (zone.tab); states are listed only where one zone
/// covers the whole of them.
/// </summary>
internal static class CustomerZone
{
    private static readonly ILookup<string, string> ByCountry =
        TzdbDateTimeZoneSource.Default.ZoneLocations!.ToLookup(l => l.CountryCode, l => l.ZoneId, StringComparer.OrdinalIgnoreCase);

    private static readonly Dictionary<string, string> ByState = new[]
    {
        ("US", "America/New_York", "CT DC DE GA MA MD ME NC NH NJ NY OH PA RI SC VA VT WV"),
        ("US", "America/Chicago", "AL AR IA IL LA MN MO MS OK WI"),
        ("US", "America/Denver", "CO MT NM UT WY"),
        ("US", "America/Los_Angeles", "CA WA"),
        ("US", "Pacific/Honolulu", "HI"),
        ("CA", "America/Halifax", "NS PE"),
        ("CA", "America/Moncton", "NB"),
        ("CA", "America/Winnipeg", "MB"),
        ("CA", "America/Edmonton", "AB"),
        ("CA", "America/Whitehorse", "YT"),
        ("AU", "Australia/Sydney", "ACT"),
        ("AU", "Australia/Melbourne", "VIC"),
        ("AU", "Australia/Brisbane", "QLD"),
        ("AU", "Australia/Adelaide", "SA"),
        ("AU", "Australia/Hobart", "TAS"),
        ("AU", "Australia/Darwin", "NT"),
    }.SelectMany(r => r.Item3.Split(' ').Select(s => KeyValuePair.Create($"{r.Item1}-{s}", r.Item2))).ToDictionary(StringComparer.OrdinalIgnoreCase);

    /// <summary>All that fit, none when nothing is known.</summary>
    public static IReadOnlyList<string> Candidates(ZoneHints hints)
    {
        if (hints.Named is { Length: > 0 } named && TimeZoneInfo.TryFindSystemTimeZoneById(named.Trim(), out _))
        {
            return [named.Trim()];
        }

        if (hints.Country is { Length: > 0 } country)
        {
            return ByState.TryGetValue($"{country}-{hints.State?.Trim()}", out var zone) ? [zone] : [.. ByCountry[country]];
        }

        var regions = hints.Locales.Select(l => l.Split('-', '_')).Where(p => p.Length > 1).Select(p => p[^1]).Distinct(StringComparer.OrdinalIgnoreCase).ToArray();
        return regions.Length == 1 ? [.. ByCountry[regions[0]]] : [];
    }
}
