using System.Text.Json.Nodes;
using BillingCopilot.Sandbox.Http;
using BillingCopilot.Sandbox.Objects;
using BillingCopilot.Sandbox.State;

namespace BillingCopilot.Sandbox.Endpoints;

/// <summary>Which discounts a subscription's invoice gets, and when they are over.</summary>
internal static class SubscriptionDiscounts
{
    /// <summary>Set on a discount that lasts once when an invoice had it. Never shown.</summary>
    private const string Spent = "_spent";

    /// <summary>The subscription's discounts in their order; where it has none, the customer's.</summary>
    /// <param name="at">Unix seconds of the invoice.</param>
    public static List<AppliedDiscount> InForce(UnitOfWork unit, JsonObject subscription, long at)
    {
        var own = (subscription["discounts"] as JsonArray ?? []).Select(d => Find(unit, d)).OfType<JsonObject>().ToList();
        if (own.Count == 0 && Find(unit, unit.Find(subscription.Id("customer"))?["discount"]) is { } customers)
        {
            own.Add(customers);
        }

        // Discounts of single items come before those of the whole.
        own.InsertRange(0, subscription.Rows("items").SelectMany(i => i["discounts"] as JsonArray ?? []).Select(d => Find(unit, d)).OfType<JsonObject>());
        return [.. own.Where(d => !IsOver(d, at))
            .Select(d => (Discount: d, Coupon: unit.Find(d.TextAt("source.coupon") ?? "")))
            .Where(p => p.Coupon is not null)
            .Select(p => new AppliedDiscount(p.Discount, p.Coupon!))];
    }

    /// <summary>Notes which discounts that last once the lines used up.</summary>
    public static void Spend(UnitOfWork unit, IReadOnlyList<AppliedDiscount> discounts, IReadOnlyList<JsonObject> lines)
    {
        foreach (var used in discounts.Where(d => d.Coupon.Text("duration") == "once"
            && lines.Any(l => l.Rows("discount_amounts").Any(o => o.Text("discount") == d.Id))))
        {
            unit.Edit(used.Id)[Spent] = true;
        }
    }

    /// <summary>Takes discounts that are over off a subscription.</summary>
    public static void DropEnded(UnitOfWork unit, JsonObject subscription, long at)
    {
        foreach (var id in (subscription["discounts"] as JsonArray ?? []).Select(d => (string)d!).ToList())
        {
            if (unit.Find(id) is { } discount && IsOver(discount, at))
            {
                subscription["discounts"] = JsonFields.Array(((JsonArray)subscription["discounts"]!).Select(d => (string)d!).Where(d => d != id));
                unit.Raise("customer.discount.deleted", id);
            }
        }
    }

    /// <summary>Unix seconds at which a discount that repeats is over; null for others.</summary>
    public static long? End(JsonObject coupon, long start) => coupon.Text("duration") == "repeating"
        ? DateTimeOffset.FromUnixTimeSeconds(start).AddMonths((int)coupon.Whole("duration_in_months")).ToUnixTimeSeconds()
        : null;

    private static bool IsOver(JsonObject discount, long at) =>
        discount[Spent] is not null || (discount["end"] is not null && discount.Whole("end") <= at);

    private static JsonObject? Find(UnitOfWork unit, JsonNode? discount) => discount switch
    {
        JsonObject whole => unit.Find(whole.Id()) ?? whole,
        JsonValue id => unit.Find((string)id!),
        _ => null,
    };
}
