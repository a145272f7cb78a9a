namespace BillingCopilot.Billing.Dunning;

/// <summary>Whether another try with the same payment method can work.</summary>
public enum DeclineClass
{
    /// <summary>It may: the reason can pass by itself.</summary>
    Soft,

    /// <summary>It can't until the customer corrects the card's data (expiry, security code, address); Stripe's schedule goes on.</summary>
    CardData,

    /// <summary>It can't until the customer confirms the payment with the bank; the card is good. Stripe makes no further charge by itself.</summary>
    CustomerAction,

    /// <summary>It can't: Stripe makes no further charge until there is another payment method.</summary>
    Hard,
}

/// <summary>What is behind a decline, as far as what to do differs.</summary>
public enum DeclineCause
{
    Funds,
    Expired,
    WrongDetails,
    Authentication,
    LostOrStolen,
    Refused,
    NotSupported,
    Limit,
    Temporary,
    Risk,
    NoPaymentMethod,
    Unknown,
}

/// <summary>What the customer has to do, if anything.</summary>
public enum CustomerStep
{
    /// <summary>Nothing: the next try may work.</summary>
    Wait,

    /// <summary>See that there is money on the account or card.</summary>
    AddFunds,

    /// <summary>Give another card, or this one's new details.</summary>
    UpdatePaymentMethod,

    /// <summary>Confirm the payment with the bank (3-D Secure).</summary>
    Authenticate,

    /// <summary>Ask the bank why.</summary>
    ContactBank,
}

/// <summary>A decline in plain words.</summary>
/// <param name="Code">Stripe's decline code, or <c>unknown</c>.</param>
/// <param name="Meaning">For our people.</param>
/// <param name="CustomerWords">
/// For the customer. Never says lost, stolen or suspected fraud: Stripe asks that those look like any decline
/// (https://docs.stripe.com/declines/codes).
/// </param>
public sealed record Decline(
    string Code,
    DeclineClass Class,
    DeclineCause Cause,
    CustomerStep Step,
    string Meaning,
    string CustomerWords)
{
    /// <summary>True when another try with the same payment method, as it is, may work.</summary>
    public bool RetryMayWork => Class == DeclineClass.Soft;

    /// <summary>True when Stripe tries again by itself; after a card-data decline that works only with corrected data.</summary>
    public bool IsRetried => Class is DeclineClass.Soft or DeclineClass.CardData;
}
