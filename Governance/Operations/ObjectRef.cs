namespace BillingCopilot.Governance.Operations;

/// <summary>Kinds of object a tool can hand out, each with the prefix of its handles.</summary>
public enum ObjectKind
{
    Customer,
    Subscription,
    Invoice,
    InvoiceLine,
    Charge,
    PaymentIntent,
    PaymentMethod,
    Refund,
    CreditNote,
    Product,
    Price,
    Proposal,
    Ticket,
    BalanceTransaction,
}

/// <summary>
/// A reference to a Stripe object (or a proposal) by its real id. It reaches a model only as a handle
/// (<c>inv3</c>) and comes back only through the handles of the same conversation.
/// </summary>
public readonly record struct ObjectRef(ObjectKind Kind, string Id)
{
    /// <summary>Prefix of this kind's handles: <c>cus</c>, <c>inv</c>, <c>line</c>, …</summary>
    public static string PrefixOf(ObjectKind kind) => kind switch
    {
        ObjectKind.Customer => "cus",
        ObjectKind.Subscription => "sub",
        ObjectKind.Invoice => "inv",
        ObjectKind.InvoiceLine => "line",
        ObjectKind.Charge => "ch",
        ObjectKind.PaymentIntent => "pi",
        ObjectKind.PaymentMethod => "pm",
        ObjectKind.Refund => "re",
        ObjectKind.CreditNote => "cn",
        ObjectKind.Product => "prod",
        ObjectKind.Price => "price",
        ObjectKind.Ticket => "tic",
        ObjectKind.BalanceTransaction => "bal",
        _ => "prop",
    };

    public override string ToString() => Id;
}

/// <summary>
/// Text that somebody outside wrote (names, descriptions, memos, metadata, tickets). It is delimited and
/// marked when it enters a prompt, and never rendered as markup.
/// </summary>
public readonly record struct UntrustedText(string Value)
{
    public override string ToString() => Value;
}

/// <summary>Says that a parameter or argument is a handle of this kind, to be resolved by code before use.</summary>
[AttributeUsage(AttributeTargets.Parameter | AttributeTargets.Property)]
public sealed class HandleAttribute(ObjectKind kind) : Attribute
{
    public ObjectKind Kind { get; } = kind;
}

/// <summary>
/// Says that an argument is pinned by code (the second from which a credit is reckoned): no model is offered it, and
/// nobody may ask for a value of their own.
/// </summary>
[AttributeUsage(AttributeTargets.Parameter | AttributeTargets.Property)]
public sealed class SetByCodeAttribute : Attribute
{
    /// <summary>True for the moment from which a preview reckons: what is asked for once more at another moment is equal still.</summary>
    public bool IsMoment { get; init; }
}
