using BillingCopilot.Governance.Operations;

namespace BillingCopilot.Governance.Arguments;

/// <summary>
/// A last look at a resolved id: an invoice where a charge belongs is refused. Ids without a known prefix pass,
/// since products and old prices may be named freely; the preview reads the object anyway.
/// </summary>
internal static class ObjectIds
{
    private static readonly Dictionary<string, ObjectKind> Prefixes = new(StringComparer.Ordinal)
    {
        ["cus"] = ObjectKind.Customer,
        ["sub"] = ObjectKind.Subscription,
        ["in"] = ObjectKind.Invoice,
        ["il"] = ObjectKind.InvoiceLine,
        ["ch"] = ObjectKind.Charge,
        ["py"] = ObjectKind.Charge,
        ["pi"] = ObjectKind.PaymentIntent,
        ["pm"] = ObjectKind.PaymentMethod,
        ["card"] = ObjectKind.PaymentMethod,
        ["re"] = ObjectKind.Refund,
        ["pyr"] = ObjectKind.Refund,
        ["cn"] = ObjectKind.CreditNote,
        ["prod"] = ObjectKind.Product,
        ["price"] = ObjectKind.Price,
        ["prop"] = ObjectKind.Proposal,
        ["tkt"] = ObjectKind.Ticket,
        ["cbtxn"] = ObjectKind.BalanceTransaction,
    };

    public static bool CanBe(ObjectKind kind, string id) =>
        id.Length is > 0 and <= 255
        && id.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '.' or ':')
        && (id.Split('_', 2) is not [var prefix, _] || !Prefixes.TryGetValue(prefix, out var known) || known == kind);
}
