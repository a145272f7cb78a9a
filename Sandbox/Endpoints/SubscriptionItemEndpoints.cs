using System.Text.Json.Nodes;
using BillingCopilot.Sandbox.Http;
using BillingCopilot.Sandbox.Objects;

namespace BillingCopilot.Sandbox.Endpoints;

internal static class SubscriptionItemEndpoints
{
    private const string Write = "subscription_write";
    private const string Shared = "quantity:i metadata:m payment_behavior off_session:b tax_rates:l " + Discounting.Fields + SubscriptionChange.ProrationFields;

    public static void Map(Routes routes)
    {
        routes.Get("/v1/subscription_items", "subscription_read", "subscription*" + Listing.Paging, call =>
            Listing.PageOf(call, [.. call.Refer("subscription", "subscription").Rows("items")]));
        routes.Post("/v1/subscription_items", Write, "subscription_item.created", "subscription* price* " + Shared, Create);
        routes.Get("/v1/subscription_items/{id}", "subscription_read", "", Find);
        routes.Post("/v1/subscription_items/{id}", Write, "subscription_item.updated", "price " + Shared, Update);
        routes.Delete("/v1/subscription_items/{id}", Write, "subscription_item.deleted", "clear_usage:b payment_behavior" + SubscriptionChange.ProrationFields, Delete);
    }

    private static JsonObject Find(Call call) =>
        Subscriptions.Item(call.Unit, call.Id) ?? throw ApiError.NotFound("subscription_item", call.Id, "item");

    private static JsonObject Create(Call call)
    {
        var subscription = call.Unit.Edit(call.Refer("subscription", "subscription").Id());
        Change(call, subscription, null, deleted: false);
        return subscription.Rows("items").Last();
    }

    private static JsonObject Update(Call call)
    {
        Change(call, call.Unit.Edit(Find(call).Id("subscription")), call.Id, deleted: false);
        return Find(call);
    }

    private static JsonObject Delete(Call call)
    {
        Change(call, call.Unit.Edit(Find(call).Id("subscription")), call.Id, deleted: true);
        return new JsonObject { ["id"] = call.Id, ["object"] = "subscription_item", ["deleted"] = true };
    }

    private static void Change(Call call, JsonObject subscription, string? id, bool deleted)
    {
        var item = (JsonObject)call.Args.Values.DeepClone();
        if (id is not null)
        {
            item["id"] = id;
        }

        if (deleted)
        {
            item["deleted"] = true;
        }

        var change = new JsonObject { ["items"] = new JsonArray(item) };
        foreach (var name in (string[])["proration_behavior", "proration_date"])
        {
            if (call.Args.Has(name))
            {
                change[name] = call.Args.Values[name]?.DeepClone();
            }
        }

        SubscriptionEndpoints.ChangeItems(call.Unit, subscription, new Args(change));
    }
}
