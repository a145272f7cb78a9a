using System.Text.Json.Nodes;
using BillingCopilot.Sandbox.Http;
using BillingCopilot.Sandbox.Objects;

namespace BillingCopilot.Sandbox.Endpoints;

/// <summary>Subscriptions paused and resumed as a whole, and rid of their discounts.</summary>
internal static class SubscriptionPauseEndpoints
{
    private const string Kind = "subscription";
    private const string Write = "subscription_write";

    public static void Map(Routes routes)
    {
        routes.Post("/v1/subscriptions/{id}/pause", Write, "subscription.paused", "type invoicing_behavior", Pause);
        routes.Post("/v1/subscriptions/{id}/resume", Write, "subscription.resumed", "billing_cycle_anchor" + SubscriptionChange.ProrationFields, Resume);
        routes.Delete("/v1/subscriptions/{id}/discount", Write, "discount.deleted", "", call => Undiscount(call, Kind));
        routes.Delete("/v1/customers/{id}/discount", "customer_write", "discount.deleted", "", call => Undiscount(call, "customer"));
    }

    private static JsonObject Pause(Call call)
    {
        var subscription = call.Edit(Kind);
        if (subscription.Text("schedule") is not null)
        {
            throw ApiError.Invalid("You cannot pause a subscription that is attached to a schedule.", "id");
        }

        if (subscription.Text("status") is not ("active" or "trialing" or "past_due"))
        {
            throw ApiError.Invalid($"You cannot pause a subscription with a status of {subscription.Text("status")}.", "id");
        }

        var proration = new Proration(call.Unit, subscription, call.Now);
        subscription.Rows("items").ToList().ForEach(proration.Unused);
        if (call.Args.Text("invoicing_behavior") == "invoice")
        {
            SubscriptionInvoice.Bill(call.Unit, subscription, "subscription_update", _ => []);
        }

        subscription["status"] = "paused";
        call.Unit.Raise("customer.subscription.paused", subscription.Id());
        return subscription;
    }

    private static JsonObject Resume(Call call)
    {
        var subscription = call.Edit(Kind);
        if (subscription.Text("status") != "paused")
        {
            throw ApiError.Invalid("Only paused subscriptions can be resumed.", "id");
        }

        var unchanged = call.Args.Text("billing_cycle_anchor") switch
        {
            null or "now" => false,
            "unchanged" => true,
            _ => throw ApiError.Invalid("Invalid billing_cycle_anchor: must be one of now, unchanged", "billing_cycle_anchor"),
        };
        subscription["status"] = "active";
        if (!unchanged)
        {
            subscription["billing_cycle_anchor"] = call.Now;
        }

        var proration = new Proration(call.Unit, subscription, call.Now);
        foreach (var item in subscription.Rows("items").ToList())
        {
            var end = Cycle.End(item["price"]!.AsObject(), call.Now, subscription.Whole("billing_cycle_anchor"));
            item["current_period_start"] = unchanged ? Math.Min(item.Whole("current_period_start"), call.Now) : call.Now;
            item["current_period_end"] = end;
            if (unchanged && call.Args.Text("proration_behavior") != "none")
            {
                proration.Remaining(item);
            }
        }

        call.Unit.Raise("customer.subscription.resumed", subscription.Id());
        if (!unchanged)
        {
            SubscriptionInvoice.Bill(call.Unit, subscription, "subscription_update", id => new SubscriptionLines(call.Unit, subscription, id).Period(next: false));
        }
        else if (call.Args.Text("proration_behavior") == "always_invoice")
        {
            SubscriptionInvoice.Bill(call.Unit, subscription, "subscription_update", _ => []);
        }

        return subscription;
    }

    private static JsonObject Undiscount(Call call, string kind)
    {
        var owner = call.Edit(kind);
        var id = owner["discount"] is JsonObject single ? single.Id() : owner.Text("discount") ?? (owner["discounts"] as JsonArray)?.Select(d => (string)d!).LastOrDefault();
        if (id is null)
        {
            throw new ApiError(404, $"No active discount for {kind}: {owner.Id()}", "resource_missing");
        }

        if (kind == Kind)
        {
            owner["discounts"] = new JsonArray();
        }
        else
        {
            owner["discount"] = null;
        }

        return Discounting.End(call.Unit, id);
    }
}
