using System.Text.Json.Nodes;
using BillingCopilot.Sandbox.Endpoints;
using BillingCopilot.Sandbox.Objects;
using BillingCopilot.Sandbox.Time;

namespace BillingCopilot.Sandbox.State;

/// <summary>By which fields objects of a kind are looked up. Lists and steps filter by these without reading the rest.</summary>
internal static class ObjectIndexes
{
    /// <summary>Of the objects for which time will bring something (<see cref="DueWorks"/>); the value is <see cref="Yes"/>.</summary>
    public const string Due = "=due";

    /// <summary>Of the movements that no payout took yet; the value is <see cref="Yes"/>.</summary>
    public const string Unpaid = "=unpaid";

    public const string Yes = "yes";

    // Settings move the hour of some works; what has any work at all does not depend on them.
    private static readonly IReadOnlyList<IDueWork> Works = DueWorks.For(() => new BillingSettings(), new AccountState(""));

    private static readonly Dictionary<string, string[]> Segments = new(StringComparer.Ordinal);

    private static readonly Dictionary<string, string[]> Paths = new(StringComparer.Ordinal)
    {
        ["application_fee"] = ["charge", "account", "originating_transaction"],
        ["balance_transaction"] = ["source", BalanceTransactionObject.PaidOutBy, "type", "currency", "reporting_category", Unpaid],
        ["billing.alert"] = ["status"],
        ["billing.meter"] = ["event_name", "status"],
        ["billing.meter_event"] = ["payload.stripe_customer_id", "identifier"],
        ["charge"] = ["customer", "payment_intent", "transfer_group", "payment_method_details.card.fingerprint", "status"],
        ["credit_note"] = ["invoice", "customer"],
        ["customer"] = ["email", "name"],
        ["customer_balance_transaction"] = ["customer", "invoice"],
        ["discount"] = ["customer", "subscription"],
        ["dispute"] = ["charge", "payment_intent", "status"],
        ["event"] = ["type"],
        ["fee_refund"] = ["fee"],
        ["invoice"] = ["number", "parent.subscription_details.subscription", "customer", "status"],
        ["invoice_payment"] = ["invoice", "payment.payment_intent", "payment.charge", "status"],
        ["invoiceitem"] = ["invoice", "customer", "subscription"],
        ["payment_intent"] = ["customer", "status"],
        ["payment_method"] = ["customer"],
        ["payout"] = ["status", "destination"],
        ["price"] = ["lookup_key", "product"],
        ["promotion_code"] = ["code", "customer", "promotion.coupon"],
        ["refund"] = ["charge", "payment_intent"],
        ["subscription"] = ["items.data.id", "customer", "items.data.price.id", "status"],
        ["subscription_schedule"] = ["customer", "subscription", "status"],
        ["tax_id"] = ["customer"],
        ["transfer"] = ["source_transaction", "transfer_group", "destination"],
        ["transfer_reversal"] = ["transfer"],
    };

    static ObjectIndexes()
    {
        foreach (var kind in Works.Select(work => work.Kind).Distinct())
        {
            Paths[kind] = [.. Paths.GetValueOrDefault(kind, []), Due];
        }

        foreach (var path in Paths.Values.SelectMany(paths => paths).Distinct())
        {
            Segments[path] = path.Split('.');
        }
    }

    /// <summary>Indexed paths of a kind, dotted; a path leads through the items of an array.</summary>
    public static IReadOnlyList<string> Of(string kind) => Paths.GetValueOrDefault(kind, []);

    public static bool Has(string kind, string path) => Array.IndexOf(Paths.GetValueOrDefault(kind, []), path) >= 0;

    /// <summary>The values at an indexed path: none, one, or one for each item of an array. A path that begins with = is computed.</summary>
    public static IEnumerable<string> Values(JsonObject value, string path) => path switch
    {
        Due => IsDue(value) ? [Yes] : [],
        Unpaid => value[BalanceTransactionObject.PaidOutBy] is null ? [Yes] : [],
        _ => Values(value, Segments[path], 0),
    };

    private static bool IsDue(JsonObject value) =>
        value["deleted"] is null && Works.Any(work => work.Kind == (string?)value["object"] && work.DueAt(value) is not null);

    private static IEnumerable<string> Values(JsonNode? node, string[] path, int depth) => node switch
    {
        JsonObject map when depth < path.Length => Values(map[path[depth]], path, depth + 1),
        JsonArray items => items.SelectMany(item => Values(item, path, depth)),
        JsonValue leaf when depth == path.Length => [leaf.ToString()],
        _ => [],
    };
}
