using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using BillingCopilot.Billing.Disputes;

namespace BillingCopilot.Plugins.Disputes;

/// <summary>
/// What the seller's own systems wrote into metadata about a purchase, its use and its delivery. Only the keys named
/// here are read, and only values of the right shape: anybody may have written the rest.
/// </summary>
internal static partial class RecordedFacts
{
    public const string PurchaseIp = "purchase_ip";
    public const string DeviceId = "device_id";
    public const string DeviceFingerprint = "device_fingerprint";
    public const string AccountId = "account_id";
    public const string LastLogIn = "last_login_at";
    public const string DeliveredAt = "delivered_at";
    public const string Carrier = "carrier";
    public const string Tracking = "tracking_number";

    public static PurchaseTraits TraitsOf(IReadOnlyDictionary<string, string>? metadata) => new(
        Find(metadata, PurchaseIp) is { } ip && IPAddress.TryParse(ip, out _) ? ip : null,
        Find(metadata, DeviceId) is { Length: >= 15 } device && Word().IsMatch(device) ? device : null,
        Find(metadata, DeviceFingerprint) is { Length: >= 20 } print && Word().IsMatch(print) ? print : null,
        Find(metadata, AccountId) is { } account && Word().IsMatch(account) ? account : null);

    /// <summary>The latest of the days that the objects give under a key.</summary>
    public static DateOnly? Day(string key, params IReadOnlyDictionary<string, string>?[] metadata) =>
        metadata.Select(m => Day(Find(m, key))).Max();

    /// <summary>A short word such as a carrier's name or a parcel's number.</summary>
    public static string? Name(string key, IReadOnlyDictionary<string, string>? metadata) =>
        Find(metadata, key) is { } name && Short().IsMatch(name) ? name : null;

    private static DateOnly? Day(string? text) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at) && IsoDay().IsMatch(text) ? DateOnly.FromDateTime(at.UtcDateTime) : null;

    private static string? Find(IReadOnlyDictionary<string, string>? metadata, string key) => metadata?.GetValueOrDefault(key);

    [GeneratedRegex(@"\A[A-Za-z0-9_.:-]{1,200}\z")]
    private static partial Regex Word();

    [GeneratedRegex(@"\A[A-Za-z0-9 -]{2,60}\z")]
    private static partial Regex Short();

    [GeneratedRegex(@"\A\d{4}-\d{2}-\d{2}(?:T[\d:.]+(?:Z|[+-]\d{2}:\d{2})?)?\z")]
    private static partial Regex IsoDay();
}
