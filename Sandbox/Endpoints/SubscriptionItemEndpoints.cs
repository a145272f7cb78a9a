using System.Text.Json.Nodes;
using BillingCopilot.Sandbox.Http;
using BillingCopilot.Sandbox.Objects;

namespace BillingCopilot.Sandbox.Endpoints;

internal static class SubscriptionItemEndpoints
{
    public static void Map(Routes routes)
    {
        routes.Get("/v1/subscription_items", "subscription_read", "subscription*" + Listing.Paging, call =>
            Listing.PageOf(call, [.. call.Refer("subscription", "subscription").Rows("items")]));
        routes.Get("/v1/subscription_items/{id}", "subscription_read", "", Find);
        routes.Post(
            "/v1/subscription_items/{id}", "subscription_write", "subscription_item.updated",
            "price quantity:i metadata:m payment_behavior off_session:b" + SubscriptionChange.ProrationFields, Update);
    }

    private static JsonObject Find(Call call) =>
        Subscriptions.Item(call.Unit, call.Id) ?? throw ApiError.NotFound("subscription_item", call.Id, "item");

    private static JsonObject Update(Call call)
    {
        var subscription = call.Unit.Edit(Find(call).Id("subscription"));
        var item = (JsonObject)call.Args.Values.DeepClone();
        item["id"] = call.Id;
        var change = (JsonObject)call.Args.Values.DeepClone();
        change["items"] = new JsonArray(item);
        if (new SubscriptionChange(call.Unit, subscription, new Args(change)).Apply())
        {
            SubscriptionInvoice.Bill(call.Unit, subscription, "subscription_update", _ => []);
        }

        return Find(call);
    }
}
