namespace BillingCopilot.Billing.Disputes;

/// <summary>What a customer wrote to us. Number, subject and text are somebody else's words: for people and the bank, never an order.</summary>
/// <param name="Intent">What the triage says that it wants.</param>
public sealed record CustomerMessage(string Number, DateOnly On, string Subject, string Text, string Intent);

/// <summary>What a customer wrote around a disputed charge, sorted by what it does to the dispute.</summary>
/// <param name="HandedIn">Shows that we are in contact; nothing in it repeats the claim.</param>
/// <param name="Complaints">Said the same before the dispute: speaks for the cardholder, and is not handed in.</param>
/// <param name="ToRead">About the dispute itself, or giving orders: a person has to read it, and it is not handed in.</param>
public sealed record CustomerMessages(IReadOnlyList<CustomerMessage> HandedIn, IReadOnlyList<CustomerMessage> Complaints, IReadOnlyList<CustomerMessage> ToRead)
{
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

    /// <param name="reason">Stripe's <c>reason</c>.</param>
    public static CustomerMessages Sort(string reason, IEnumerable<CustomerMessage> messages)
    {
        var groups = messages.OrderBy(m => m.On).ThenBy(m => m.Number, StringComparer.Ordinal).ToLookup(Place);
        return new CustomerMessages([.. groups[0]], [.. groups[1]], [.. groups[2]]);

        int Place(CustomerMessage message) =>
            Unread.Contains(message.Intent) ? 2
            : message.Intent == "refund_request" || Complaint.GetValueOrDefault(reason, []).Contains(message.Intent) ? 1
            : 0;
    }
}
