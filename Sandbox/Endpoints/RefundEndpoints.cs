using System.Text.Json.Nodes;
using BillingCopilot.Sandbox.Http;
using BillingCopilot.Sandbox.Objects;
using BillingCopilot.Sandbox.State;

namespace BillingCopilot.Sandbox.Endpoints;

internal static class RefundEndpoints
{
    private static readonly string[] Reasons = ["duplicate", "fraudulent", "requested_by_customer"];

    public static void Map(Routes routes)
    {
        routes.List("/v1/refunds", "refund", "charge_read", "charge payment_intent");
        routes.Post("/v1/refunds", "charge_write", "refund.created", "charge payment_intent amount:i reason metadata:m reverse_transfer:b refund_application_fee:b instructions_email", Create);
        routes.One("/v1/refunds/{id}", "refund", "charge_read");
        routes.Post("/v1/refunds/{id}", "charge_write", "refund.updated", "metadata:m", Update);
        routes.Post("/v1/refunds/{id}/cancel", "charge_write", "refund.canceled", "", call => Waiting(call, "canceled", RefundSteps.Cancel));
        routes.Post("/v1/test_helpers/refunds/{id}/expire", "charge_write", "refund.expired", "", call => Waiting(call, "expired", RefundSteps.Expire));
    }

    private static JsonObject Create(Call call)
    {
        if (call.Args.Text("reason") is { } reason && !Reasons.Contains(reason))
        {
            throw ApiError.Invalid($"Invalid reason: must be one of {string.Join(", ", Reasons)}", "reason");
        }

        return Refunding.Refund(call.Unit, Charge(call), call.Args.Int("amount"), call.Args.Text("reason"), Metadata.From(call.Args),
            call.Args.Bool("reverse_transfer") == true, call.Args.Bool("refund_application_fee") == true, call.Args.Text("instructions_email"));
    }

    private static JsonObject Charge(Call call)
    {
        if (call.Args.Has("charge"))
        {
            return call.Refer("charge", "charge");
        }

        if (!call.Args.Has("payment_intent"))
        {
            throw ApiError.Invalid("One of the following params should be provided for this request: payment_intent or charge.", null, "parameter_missing");
        }

        var intent = call.Refer("payment_intent", "payment_intent");
        return intent.Text("latest_charge") is { } charge
            ? call.Unit.Find(charge)!
            : throw ApiError.Invalid($"This PaymentIntent ({intent.Id()}) does not have a successful charge to refund.", null, "payment_intent_unexpected_state");
    }

    private static JsonObject Update(Call call)
    {
        var refund = call.Edit("refund");
        Metadata.Merge(refund, call.Args);
        call.Unit.Raise("refund.updated", refund.Id());
        return refund;
    }

    /// <summary>A refund that waits for the customer is the only one to which this can be done.</summary>
    private static JsonObject Waiting(Call call, string word, Action<UnitOfWork, JsonObject> step)
    {
        var refund = call.Edit("refund");
        if (refund.Text("status") != "requires_action")
        {
            throw ApiError.Invalid(
                $"Only a refund with a status of `requires_action` can be {word}; {refund.Id()} is `{refund.Text("status")}`.", null, "refund_not_cancelable");
        }

        step(call.Unit, refund);
        return refund;
    }
}
