using System.Text.Json.Nodes;
using BillingCopilot.Sandbox.Http;
using BillingCopilot.Sandbox.Objects;
using BillingCopilot.Sandbox.State;

namespace BillingCopilot.Sandbox.Endpoints;

/// <summary>Money that the account fetches from its own bank.</summary>
internal static class TopupEndpoints
{
    /// <summary>The member that says how the bank will answer: a failure code. Never shown.</summary>
    public const string Outcome = "_outcome";

    private const string Kind = "topup";
    private const int DaysToArrive = 4;
    private const int LongestDescriptor = 15;

    /// <summary>Stripe's test tokens of banks, with the failure each leads to.</summary>
    private static readonly Dictionary<string, string?> Banks = new(StringComparer.Ordinal)
    {
        ["btok_us_verified"] = null,
        ["btok_us_verified_noAccount"] = "no_account",
    };

    public static void Map(Routes routes)
    {
        routes.List("/v1/topups", Kind, "topup_read", "status(canceled|failed|pending|succeeded)", (call, topup) => CreatedWindow.Holds(topup.Whole("amount"), call.Args.Values["amount"], "amount"), "amount:r");
        routes.Post("/v1/topups", "topup_write", "topup.created", "amount*:i currency* description metadata:m source statement_descriptor transfer_group", Create);
        routes.One("/v1/topups/{id}", Kind, "topup_read", "topup");
        routes.Post("/v1/topups/{id}", "topup_write", "topup.updated", "description metadata:m", Update);
        routes.Post("/v1/topups/{id}/cancel", "topup_write", "topup.canceled", "", Cancel);
    }

    /// <summary>The bank answers: the money is on the balance, or never comes.</summary>
    public static void Arrive(UnitOfWork unit, JsonObject topup)
    {
        if (topup.Text(Outcome) is { } failure)
        {
            TopupObject.Fail(topup, failure);
            unit.Raise("topup.failed", topup.Id());
            return;
        }

        TopupObject.Succeed(topup, Balances.Book(unit, Kind, topup.Whole("amount"), topup.Id("currency"), topup.Id(), topup.Text("description")).Id());
        unit.Raise("topup.succeeded", topup.Id());
    }

    private static JsonObject Create(Call call)
    {
        var args = call.Args;
        var (amount, currency) = (args.Int("amount") ?? 0, args.Required("currency").ToLowerInvariant());
        if (amount < 1)
        {
            throw ApiError.Invalid("This value must be greater than or equal to 1.", "amount", "parameter_invalid_integer");
        }

        if (!Currencies.Knows(currency))
        {
            throw ApiError.Invalid($"Invalid currency: {currency}.", "currency");
        }

        if (args.Text("statement_descriptor") is { Length: > LongestDescriptor })
        {
            throw ApiError.Invalid($"The statement descriptor must be at most {LongestDescriptor} characters.", "statement_descriptor");
        }

        var source = args.Text("source");
        if (source is not null && !Banks.ContainsKey(source))
        {
            throw ApiError.NotFound("source", source, "source", 400);
        }

        var topup = call.Unit.Put(TopupObject.Create(call.Unit.NewId("tu"), call.Now, amount, currency, BankingDays.After(call.Now, DaysToArrive)));
        args.CopyTexts(topup, "description", "statement_descriptor", "transfer_group");
        topup["metadata"] = Metadata.From(args);
        if (source is not null && Banks[source] is { } failure)
        {
            topup[Outcome] = failure;
        }

        call.Unit.Raise("topup.created", topup.Id());
        return topup;
    }

    private static JsonObject Update(Call call)
    {
        var topup = call.Edit(Kind, param: "topup");
        call.Args.CopyTexts(topup, "description");
        Metadata.Merge(topup, call.Args);
        return topup;
    }

    private static JsonObject Cancel(Call call)
    {
        var topup = call.Edit(Kind, param: "topup");
        if (topup.Text("status") != "pending")
        {
            throw ApiError.Invalid($"Only pending top-ups can be canceled; {topup.Id()} is {topup.Text("status")}.", null, "topup_not_cancelable");
        }

        TopupObject.Cancel(topup);
        call.Unit.Raise("topup.canceled", topup.Id());
        return topup;
    }
}
