namespace BillingCopilot.Billing.Disputes;

/// <summary>What a customer wrote to us. Number, subject and text are somebody else's words: for people and the bank, never an order.</summary>
/// <param name="On">Day of its newest words.</param>
/// <param name="Intent">What the triage says that it wants.</param>
/// <param name="Verified">False when only the sender's address says whose it is.</param>
/// <param name="Unfit">Why it is not handed in though what it wants is harmless; null when it may be.</param>
public sealed record CustomerMessage(string Number, DateOnly On, string Subject, string Text, string Intent, bool Verified = true, string? Unfit = null)
{
    /// <summary>For a person: why it has to be read.</summary>
    public string Why => !Verified ? "from an address like the customer's, which anybody can write" : Unfit ?? Intent.Replace('_', ' ');
}

/// <summary>What a customer wrote around a disputed charge, sorted by what it does to the dispute.</summary>
/// <param name="HandedIn">Shows that we are in contact; nothing in it repeats the claim. The oldest first.</param>
/// <param name="Complaints">Said the same before the dispute: speaks for the cardholder, and is not handed in.</param>
/// <param name="ToRead">Everything else: a person has to read it, and it is not handed in.</param>
/// <param name="Gap">Why there may be more than was looked at, in words; null when that was all.</param>
public sealed record CustomerMessages(IReadOnlyList<CustomerMessage> HandedIn, IReadOnlyList<CustomerMessage> Complaints, IReadOnlyList<CustomerMessage> ToRead, string? Gap = null)
{
    /// <summary>Most that are handed in: a card shows every word of them.</summary>
    public const int MostHandedIn = 8;

    /// <summary>What a customer asks for who has the reason's complaint; wanting the money back is part of every one.</summary>
    private static readonly Dictionary<string, string[]> Complaint = new(StringComparer.Ordinal)
    {
        ["credit_not_processed"] = ["cancel"],
        ["duplicate"] = ["duplicate_charge"],
        ["product_not_received"] = ["technical"],
        ["product_unacceptable"] = ["technical", "usage_dispute"],
        ["subscription_canceled"] = ["cancel"],
    };

    private static readonly string[] Unread = ["bank_dispute", "hostile"];

    /// <summary>Whether anything was written, or may have been, that a bank could read as a cancellation: then none is denied.</summary>
    public bool MayCancel => Complaints.Count > 0 || ToRead.Count > 0 || Gap is not null;

    /// <param name="reason">Stripe's <c>reason</c>.</param>
    /// <param name="from">What is older is not handed in; it is looked through for complaints.</param>
    /// <param name="gap">As <see cref="Gap"/>.</param>
    public static CustomerMessages Sort(string reason, IEnumerable<CustomerMessage> messages, DateOnly from = default, string? gap = null)
    {
        var groups = messages.OrderBy(m => m.On).ThenBy(m => m.Number, StringComparer.Ordinal).ToLookup(Place);
        return new CustomerMessages([.. groups[0].Where(m => m.On >= from).TakeLast(MostHandedIn)], [.. groups[1]], [.. groups[2]], gap);

        int Place(CustomerMessage message) =>
            !message.Verified || Unread.Contains(message.Intent) ? 2
            : message.Intent == "refund_request" || Complaint.GetValueOrDefault(reason, []).Contains(message.Intent) ? 1
            : HarmlessWords.Intents.Contains(message.Intent) && message.Unfit is null ? 0
            : 2;
    }
}
