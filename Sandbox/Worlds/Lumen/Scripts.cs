namespace BillingCopilot.Sandbox.Worlds.Lumen;

/// <summary>Why a customer is in the world; never visible in an object.</summary>
internal enum Role
{
    Healthy,
    InvoiceIncrease,
    FailedInvoice,
    DoubleCharge,
    EqualCharge,
    Ambiguous,
    Hostile,
    PastUpgrade,
    Balance,
    Yearly,
    Canceled,
    Disputed,
    Carry,
    UsageAnomaly,
    UsageLookAlike,
    Churner,
    Stayer,
    PlanDriver,
    DriverLookAlike,
    WrongProration,
    OddProration,
    MissedDiscount,
    OtherSubscription,
    PaymentUnderWay,
    Trial,
    EndAsked,
    PlanAhead,
    BilledAfterEnd,
    PaidAfterEnd,
    CurrencyChanged,
    Filler,
}

/// <summary>Everything that will happen to one customer, decided before the simulation starts.</summary>
internal sealed record CustomerScript
{
    public required Role Role { get; init; }

    /// <summary>Position among the customers of its role, and in the truth.</summary>
    public required int Order { get; init; }

    /// <summary>What sets this one apart in its role, such as a cause or a decline code.</summary>
    public string Kind { get; init; } = "";

    public required string Name { get; init; }

    public required string Email { get; init; }

    /// <summary>Two letters.</summary>
    public required string Country { get; init; }

    public required string Currency { get; init; }

    public required IReadOnlyList<SubscriptionScript> Subscriptions { get; init; }

    public string? Description { get; init; }

    public IReadOnlyDictionary<string, string> Metadata { get; init; } = new Dictionary<string, string>();

    public IReadOnlyList<CardTrouble> CardTroubles { get; init; } = [];

    public IReadOnlyList<ExtraCharge> ExtraCharges { get; init; } = [];

    /// <summary>Unix seconds of a service credit put on the balance; null for none.</summary>
    public long? CreditAt { get; init; }

    /// <summary>A second card that works, not the default.</summary>
    public bool BackupCard { get; init; }

    /// <summary>A charge that is disputed; null for most.</summary>
    public DisputeScript? Dispute { get; init; }

    /// <summary>What the seller writes onto each payment; nothing for most.</summary>
    public IReadOnlyDictionary<string, string> PaymentMetadata { get; init; } = new Dictionary<string, string>();

    /// <summary>Null for any.</summary>
    public string? CardBrand { get; init; }

    /// <summary>Days by which each sent invoice is paid later than the one before; 0 for most.</summary>
    public int PaysLater { get; init; }

    /// <summary>The card on file ran out, yet the network updates it and charges go through.</summary>
    public bool CardRanOut { get; init; }

    /// <summary>Stripe's type of the bank debit that pays instead of a card, such as <c>sepa_debit</c>; null for a card.</summary>
    public string? BankDebit { get; init; }
}

/// <summary>One subscription and all its changes.</summary>
internal sealed record SubscriptionScript
{
    /// <summary>Unix seconds: creation and billing cycle anchor.</summary>
    public required long Start { get; init; }

    public required IReadOnlyList<ItemScript> Items { get; init; }

    public string Interval { get; init; } = "month";

    public IReadOnlyList<PlanChange> Changes { get; init; } = [];

    /// <summary>Coupon code applied from the start; null for none.</summary>
    public string? Coupon { get; init; }

    /// <summary>Number of the renewal that was billed without the discount; null for none.</summary>
    public int? DiscountForgotten { get; init; }

    /// <summary>Invoices are sent for payment within 14 days instead of charged; the last one is still open.</summary>
    public bool SendInvoice { get; init; }

    /// <summary>Unix seconds of an immediate cancellation; null when it goes on.</summary>
    public long? CancelAt { get; init; }

    /// <summary>What is still billed at the renewals after the end.</summary>
    public AfterEnd AfterEnd { get; init; }

    /// <summary>Null for the customer's.</summary>
    public string? Currency { get; init; }

    /// <summary>Days before the first period that cost nothing; 0 for none. The billing cycle begins after them.</summary>
    public int TrialDays { get; init; }

    /// <summary>An end that was asked for and has not come; null for none.</summary>
    public EndRequest? EndRequest { get; init; }

    /// <summary>Another plan from the next renewal on; null for none.</summary>
    public PlanAhead? PlanAhead { get; init; }

    public string? InvoiceDescription { get; init; }

    public IReadOnlyDictionary<string, string> Metadata { get; init; } = new Dictionary<string, string>();
}

/// <summary>One price of a subscription.</summary>
/// <param name="Plan">Key of the catalogue.</param>
/// <param name="Quantity">Null for metered.</param>
/// <param name="Usage">Typical units of a period, for metered.</param>
/// <param name="LastUsage">Units of the last finished period; null for typical.</param>
internal sealed record ItemScript(string Plan, long? Quantity = 1, long Usage = 0, long? LastUsage = null)
{
    /// <summary>Usage reported day by day, which then counts instead; null for a figure a period.</summary>
    public UsageShape? Shape { get; init; }
}

/// <summary>A change of one item.</summary>
/// <param name="At">Unix seconds.</param>
/// <param name="Item">Index of the item.</param>
/// <param name="Plan">New plan; null to keep it.</param>
/// <param name="Quantity">New quantity; null to keep it.</param>
/// <param name="Proration"><c>create_prorations</c>, <c>always_invoice</c> or <c>none</c>.</param>
internal sealed record PlanChange(long At, int Item, string? Plan, long? Quantity, string Proration = "create_prorations")
{
    /// <summary>What went wrong with the proration: <c>whole_period</c>, <c>credit_missing</c>, <c>wrong_days</c> or <c>charged_twice</c>; null for nothing.</summary>
    public string? Mistake { get; init; }
}

/// <summary>What an ended subscription is still billed for.</summary>
internal enum AfterEnd
{
    /// <summary>Nothing, as most.</summary>
    Nothing,

    /// <summary>The use of its last period, once: rightly so.</summary>
    Usage,

    /// <summary>The next period, by mistake.</summary>
    OnePeriod,

    /// <summary>Every period up to now, by mistake.</summary>
    EveryPeriod,
}

/// <summary>A customer asks that a subscription end with its period, and may take it back.</summary>
/// <param name="At">Unix seconds.</param>
/// <param name="TakenBackAt">Unix seconds; null where it stands.</param>
internal sealed record EndRequest(long At, long? TakenBackAt = null);

/// <summary>A schedule with another plan from the next renewal on.</summary>
/// <param name="At">Unix seconds at which it was made.</param>
/// <param name="ReleasedAt">Unix seconds at which it was given up; null where it stands.</param>
internal sealed record PlanAhead(long At, string Plan, long? ReleasedAt = null);

/// <summary>A dispute of the charge that paid the invoice of a month.</summary>
/// <param name="Status">How it stands now.</param>
internal sealed record DisputeScript(int Year, int Month, string Reason, string Status);

/// <summary>From one instant to another (Unix seconds) the card is declined.</summary>
internal sealed record CardTrouble(long From, long Until, string DeclineCode);

/// <summary>What an extra charge is.</summary>
internal enum ExtraKind
{
    /// <summary>The amount of a paid invoice taken again.</summary>
    Duplicate,

    /// <summary>The same, and given back later.</summary>
    RefundedDuplicate,

    /// <summary>Something else that happens to cost the same.</summary>
    OneOff,
}

/// <summary>A payment outside invoices, of the amount of the invoice made in a month.</summary>
/// <param name="Year">Year of that invoice.</param>
/// <param name="Month">Month of that invoice, 1 to 12.</param>
/// <param name="Delay">Seconds after that invoice was paid.</param>
internal sealed record ExtraCharge(ExtraKind Kind, int Year, int Month, long Delay)
{
    /// <summary>Days after which it is given back, for those that are; null for one to three.</summary>
    public int? RefundedAfter { get; init; }
}
