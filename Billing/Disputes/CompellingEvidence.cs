namespace BillingCopilot.Billing.Disputes;

/// <summary>By what a buyer is known to be the same: kept in our own records of a payment. Null where nothing is on record.</summary>
/// <param name="Ip">Address that the purchase came from.</param>
/// <param name="DeviceId">Of the device, at least 15 characters.</param>
/// <param name="DeviceFingerprint">Of the device, at least 20 characters.</param>
/// <param name="AccountId">By which the buyer logs in with us.</param>
public sealed record PurchaseTraits(string? Ip = null, string? DeviceId = null, string? DeviceFingerprint = null, string? AccountId = null)
{
    /// <summary>How many traits are the same in both; 0 unless the address or the device is among them.</summary>
    public int Shared(PurchaseTraits other)
    {
        ArgumentNullException.ThrowIfNull(other);
        var place = Same(Ip, other.Ip);
        var device = Same(DeviceId, other.DeviceId) || Same(DeviceFingerprint, other.DeviceFingerprint);
        return place || device ? new[] { place, device, Same(AccountId, other.AccountId) }.Count(same => same) : 0;
    }

    private static bool Same(string? one, string? other) => one is not null && string.Equals(one, other, StringComparison.Ordinal);
}

/// <summary>An earlier payment with the same card.</summary>
/// <param name="Challenged">Whether it was ever disputed, or is marked as fraud by us or by Stripe. Card networks' early fraud warnings are not looked at: a restricted key has no permission of its own for them.</param>
/// <param name="Description">What was sold with it, by its own invoice; null when not known or not asked for.</param>
public sealed record EarlierPayment(string ChargeId, DateTimeOffset Paid, bool Challenged, PurchaseTraits Traits, string? Description = null);

/// <summary>
/// Visa's Compelling Evidence 3.0: a dispute for fraud (reason 10.4) is taken back when two undisputed payments with
/// the same card, 120 to 365 days before the disputed one, share two traits with it, one of them the address or the device.
/// https://docs.stripe.com/disputes/api/visa-ce3
/// </summary>
/// <param name="Applies">A Visa dispute for fraud, to which the rule can be put at all.</param>
/// <param name="Payments">Earlier payments of the right age, newest first.</param>
/// <param name="Matching">Those of them that share enough with the disputed one.</param>
public sealed record CompellingEvidence(bool Applies, IReadOnlyList<EarlierPayment> Payments, IReadOnlyList<EarlierPayment> Matching)
{
    /// <summary>As many payments are named to Visa.</summary>
    public const int Needed = 2;

    private const int YoungestDays = 120;
    private const int OldestDays = 365;
    private const int SharedTraits = 2;
    private const string Fraud = "10.4";

    /// <summary>Everything that the rule asks for is on record.</summary>
    public bool Holds => Applies && Matching.Count >= Needed;

    /// <summary>What Visa is told of: none unless the rule is met.</summary>
    public IReadOnlyList<EarlierPayment> Named => Holds ? [.. Matching.Take(Needed)] : [];

    /// <summary>The payments are there; what they must share is not on record.</summary>
    public bool LacksTraits => Applies && !Holds && Payments.Count >= Needed;

    /// <param name="network">Of the card, such as <c>visa</c>.</param>
    /// <param name="networkReason">The network's own code.</param>
    /// <param name="reason">Stripe's reason, where the network gave no code.</param>
    /// <param name="paid">When the disputed payment was made.</param>
    /// <param name="traits">Of the disputed payment.</param>
    public static CompellingEvidence Check(
        string? network, string? networkReason, string reason, DateTimeOffset paid, PurchaseTraits traits, IEnumerable<EarlierPayment> earlier)
    {
        ArgumentNullException.ThrowIfNull(traits);
        ArgumentNullException.ThrowIfNull(earlier);
        if (network != "visa" || (networkReason is null ? reason != "fraudulent" : networkReason != Fraud))
        {
            return new CompellingEvidence(false, [], []);
        }

        List<EarlierPayment> aged = [.. earlier.Where(p => !p.Challenged && IsOfAge(paid - p.Paid)).OrderByDescending(p => p.Paid)];
        return new CompellingEvidence(true, aged, [.. aged.Where(p => traits.Shared(p.Traits) >= SharedTraits)]);
    }

    private static bool IsOfAge(TimeSpan age) => age >= TimeSpan.FromDays(YoungestDays) && age <= TimeSpan.FromDays(OldestDays);
}
