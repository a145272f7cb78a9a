using System.Text.Json.Nodes;
using BillingCopilot.Sandbox.Http;
using BillingCopilot.Sandbox.Objects;

namespace BillingCopilot.Sandbox.Endpoints;

/// <summary>Transfers with their reversals, application fees with their refunds.</summary>
internal static class TransferEndpoints
{
    private const string Reversals = "/v1/transfers/{transfer}/reversals";
    private const string Refunds = "/v1/application_fees/{fee}/refunds";

    public static void Map(Routes routes)
    {
        routes.List("/v1/transfers", "transfer", "transfer_read", "destination transfer_group");
        routes.Post("/v1/transfers", "transfer_write", "transfer.created", "amount:i currency* destination* description metadata:m source_transaction source_type transfer_group", Create);
        routes.One("/v1/transfers/{id}", "transfer", "transfer_read", "transfer");
        routes.Post("/v1/transfers/{id}", "transfer_write", "transfer.updated", "description metadata:m", call => Described(call, "transfer", call.Id));
        routes.Get(Reversals, "transfer_read", Listing.Paging, call => Listing.Page(call, Of(call, "transfer_reversal", "transfer", "transfer")));
        routes.Post(Reversals, "transfer_write", "transfer.reversed", "amount:i description metadata:m refund_application_fee:b", call => Transfers.Reverse(
            call.Unit, call.Load("transfer", call.Route["transfer"], "transfer"), call.Args.Int("amount"), call.Args.Bool("refund_application_fee") == true, Metadata.From(call.Args)));
        routes.Get(Reversals + "/{id}", "transfer_read", "", call => One(call, "transfer_reversal", "transfer"));
        routes.Post(Reversals + "/{id}", "transfer_write", "transfer_reversal.updated", "metadata:m", call => Described(call, "transfer_reversal", One(call, "transfer_reversal", "transfer").Id()));

        routes.List("/v1/application_fees", "application_fee", "application_fee_read", "charge");
        routes.One("/v1/application_fees/{id}", "application_fee", "application_fee_read", "fee");
        routes.Get(Refunds, "application_fee_read", Listing.Paging, call => Listing.Page(call, Of(call, "fee_refund", "fee", "application_fee")));
        routes.Post(Refunds, "application_fee_write", "application_fee.refunded", "amount:i metadata:m", call => ApplicationFees.Refund(
            call.Unit, call.Load("application_fee", call.Route["fee"], "fee"), call.Args.Int("amount"), Metadata.From(call.Args)));
        routes.Get(Refunds + "/{id}", "application_fee_read", "", call => One(call, "fee_refund", "fee"));
        routes.Post(Refunds + "/{id}", "application_fee_write", "fee_refund.updated", "metadata:m", call => Described(call, "fee_refund", One(call, "fee_refund", "fee").Id()));
    }

    private static JsonObject Create(Call call)
    {
        var args = call.Args;
        var destination = call.Refer("account", "destination").Id();
        var source = args.Has("source_transaction") ? call.Refer("charge", "source_transaction") : null;
        var amount = args.Int("amount") ?? source?.Whole("amount") ?? throw ApiError.Missing("amount");
        var currency = args.Required("currency").ToLowerInvariant();
        if (amount < 1)
        {
            throw ApiError.Invalid("This value must be greater than or equal to 1.", "amount", "parameter_invalid_integer");
        }

        // Money of a charge may be sent on before it settles, never more than the charge.
        if (source is null)
        {
            Balances.RequireAvailable(call.Unit, amount, currency);
        }
        else if (amount + call.Unit.All("transfer").Where(t => t.Text("source_transaction") == source.Id()).Sum(t => t.Whole("amount")) > source.Whole("amount"))
        {
            throw ApiError.Invalid("Transfers using this transaction as a source must not exceed the source amount.", "amount", "transfer_source_balance_parameters_mismatch");
        }

        var transfer = Transfers.Make(
            call.Unit, destination, amount, currency, source?.Id(), args.Text("transfer_group") ?? source?.Text("transfer_group"), args.Text("description"));
        transfer["metadata"] = Metadata.From(args);
        return transfer;
    }

    private static IEnumerable<JsonObject> Of(Call call, string kind, string segment, string parent)
    {
        var id = call.Load(parent, call.Route[segment], segment).Id();
        return call.Unit.All(kind).Where(o => o.Text(segment) == id);
    }

    private static JsonObject One(Call call, string kind, string segment)
    {
        var found = call.Load(kind);
        return found.Text(segment) == call.Route[segment] ? found : throw ApiError.NotFound(kind, call.Id, "id");
    }

    private static JsonObject Described(Call call, string kind, string id)
    {
        var edited = call.Edit(kind, id);
        call.Args.CopyTexts(edited, "description");
        Metadata.Merge(edited, call.Args);
        if (kind == "transfer")
        {
            call.Unit.Raise("transfer.updated", id);
        }

        return edited;
    }
}
