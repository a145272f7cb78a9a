namespace BillingCopilot.Plugins.StripeApi;

/// <summary>
/// How one tenant's Stripe account is reached. Only restricted keys are taken: one that reads, for everything a
/// model sets off, and another that writes, for the executor alone.
/// </summary>
public sealed class StripeConnection
{
    private readonly string _readKey;
    private readonly Dictionary<string, string> _keysByAgent;

    /// <param name="apiBase">Address of the API; https, or http on loopback (the sandbox).</param>
    /// <param name="readKey">Restricted key (<c>rk_…</c>) that reads.</param>
    /// <param name="writeKey">Restricted key that writes; null keeps the tenant read-only.</param>
    /// <param name="keysByAgent">Restricted read keys of single specialists, by name.</param>
    /// <param name="observeClock">True for the sandbox: business time follows the <c>Date</c> of its responses.</param>
    /// <param name="requestsPerSecond">
    /// Pace on the account. Null for Stripe's own limits with room to spare: 80 a second live, 20 in test
    /// mode, unbounded for a sandbox. Several nodes on one account share its limit: on PostgreSQL by the database, else give each its part.
    /// Single endpoints and searches have their own bounds (<see cref="StripeLimits"/>).
    /// </param>
    /// <param name="pace">Makes what keeps to those limits; null: one of this process.</param>
    /// <param name="portalConfiguration">What customers may do by a link to the portal (<c>bpc_…</c>); null for the account's default.</param>
    /// <exception cref="ArgumentException">A key or address is unfit; the message names the setting, never the key.</exception>
    public StripeConnection(
        Uri apiBase,
        string readKey,
        string? writeKey = null,
        IReadOnlyDictionary<string, string>? keysByAgent = null,
        bool observeClock = false,
        int? requestsPerSecond = null,
        Func<StripeLimits, AccountPace>? pace = null,
        string? portalConfiguration = null)
    {
        ArgumentNullException.ThrowIfNull(apiBase);
        if (!apiBase.IsAbsoluteUri || (apiBase.Scheme != Uri.UriSchemeHttps && !apiBase.IsLoopback))
        {
            throw new ArgumentException("Stripe:ApiBase must be an https address, or http on loopback for the sandbox.", nameof(apiBase));
        }

        ApiBase = apiBase;
        _readKey = Restricted(readKey, "Stripe:ReadKey");
        WriteKey = writeKey is null ? null : Restricted(writeKey, "Stripe:WriteKey");
        _keysByAgent = (keysByAgent ?? new Dictionary<string, string>())
            .ToDictionary(k => k.Key, k => Restricted(k.Value, $"Stripe:Keys:{k.Key}"), StringComparer.OrdinalIgnoreCase);
        ObserveClock = observeClock;
        PortalConfiguration = portalConfiguration;
        Limits = requestsPerSecond is null && apiBase.IsLoopback ? null : StripeLimits.Of(Livemode, requestsPerSecond);
        Pace = Limits is null ? null : pace?.Invoke(Limits) ?? new LocalPace(Limits, TimeProvider.System);
        if (WriteKey is not null && _keysByAgent.Values.Append(_readKey).Contains(WriteKey))
        {
            throw new ArgumentException("Stripe:WriteKey is also used for reading. Give the executor a key of its own.", nameof(writeKey));
        }
    }

    /// <summary>Stripe's own address.</summary>
    public static Uri StripeAddress { get; } = new("https://api.stripe.com");

    public Uri ApiBase { get; }

    /// <summary>True when business time follows the far side's clock.</summary>
    public bool ObserveClock { get; }

    /// <summary>What customers may do by a link to the portal (<c>bpc_…</c>); null for the account's default.</summary>
    public string? PortalConfiguration { get; }

    /// <summary>True when the keys are live ones.</summary>
    public bool Livemode => _readKey.StartsWith("rk_live_", StringComparison.Ordinal);

    /// <summary>True when there is a key to write with.</summary>
    public bool CanWrite => WriteKey is not null;

    /// <summary>What requests to the account are kept to; null for no bound.</summary>
    public StripeLimits? Limits { get; }

    /// <summary>One for readers and writers together: the limit is the account's.</summary>
    internal AccountPace? Pace { get; }

    internal string? WriteKey { get; }

    internal string ReadKeyOf(string? agent) => agent is null ? _readKey : _keysByAgent.GetValueOrDefault(agent, _readKey);

    private static string Restricted(string? key, string setting)
    {
        if (key is not null && key.StartsWith("sk_", StringComparison.Ordinal))
        {
            throw new ArgumentException(
                $"{setting} is an sk_ key. Only restricted keys are taken: an sk_ key can do anything in the account. " +
                "Make a restricted key (rk_…) in the Stripe dashboard with just the permissions needed.");
        }

        return key is not null && key.StartsWith("rk_", StringComparison.Ordinal)
            ? key
            : throw new ArgumentException($"{setting} must be a restricted key (rk_…).");
    }
}
