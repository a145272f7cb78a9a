using System.Text.Json.Nodes;
using BillingCopilot.Sandbox.Http;
using BillingCopilot.Sandbox.Objects;
using BillingCopilot.Sandbox.State;

namespace BillingCopilot.Sandbox.Endpoints;

/// <summary>The customer's credit (negative) or debt, and its transactions.</summary>
internal static class CustomerBalance
{
    public static JsonObject Adjust(
        UnitOfWork unit, JsonObject customer, long amount, string currency, string type = "adjustment",
        string? description = null, string? invoice = null, string? creditNote = null, JsonObject? metadata = null)
    {
        var editable = unit.Edit(customer.Id());
        if (editable.Text("currency") is { } known && known != currency)
        {
            throw ApiError.Invalid(
                $"You cannot combine currencies on a single customer. This customer has had a subscription, coupon, or invoice item with currency {known}.",
                "currency");
        }

        editable["currency"] = currency;
        editable["balance"] = editable.Whole("balance") + amount;
        var transaction = CustomerBalanceTransactionObject.Create(
            unit.NewId("cbtxn"), unit.Now, editable.Id(), amount, currency, editable.Whole("balance"), type, description, invoice, creditNote);
        transaction["metadata"] = metadata?.DeepClone() ?? new JsonObject();
        return unit.Put(transaction);
    }
}

internal static class CustomerBalanceEndpoints
{
    private const string Root = "/v1/customers/{customer}/balance_transactions";
    private const string Kind = "customer_balance_transaction";

    public static void Map(Routes routes)
    {
        routes.Get(Root, "customer_read", "created:r invoice" + Listing.Paging, List);
        routes.Post(Root, "customer_write", "customer_balance_transaction.created", "amount*:i currency* description metadata:m", Create);
        routes.Get(Root + "/{id}", "customer_read", "", call => Owned(call, call.Load(Kind)));
        routes.Post(Root + "/{id}", "customer_write", "customer_balance_transaction.updated", "description metadata:m", Update);
    }

    private static JsonObject List(Call call)
    {
        var customer = call.Load("customer", call.Route["customer"]).Id();
        return Listing.Page(call, Kind, t => call.Args.Text("invoice") is not { } invoice || t.Text("invoice") == invoice, ("customer", customer));
    }

    private static JsonObject Create(Call call)
    {
        var customer = call.Load("customer", call.Route["customer"]);
        return CustomerBalance.Adjust(
            call.Unit, customer, call.Args.Int("amount")!.Value, call.Args.Required("currency").ToLowerInvariant(),
            description: call.Args.Text("description"), metadata: Metadata.From(call.Args));
    }

    private static JsonObject Update(Call call)
    {
        var transaction = Owned(call, call.Edit(Kind));
        Metadata.Merge(transaction, call.Args);
        if (call.Args.Has("description"))
        {
            transaction["description"] = call.Args.Text("description");
        }

        return transaction;
    }

    private static JsonObject Owned(Call call, JsonObject transaction) =>
        transaction.Text("customer") == call.Route["customer"]
            ? transaction
            : throw ApiError.NotFound("customer balance transaction", call.Id, "id");
}
