using System.Text.Json.Nodes;
using BillingCopilot.Sandbox.Http;
using BillingCopilot.Sandbox.Objects;

namespace BillingCopilot.Sandbox.Endpoints;

internal static class CreditNoteEndpoints
{
    private const string Kind = "credit_note";
    private const string Fields =
        "invoice* amount:i credit_amount:i refund_amount:i out_of_band_amount:i reason memo metadata:m email_type effective_at:t "
        + "refunds:l{refund amount_refunded:i type} "
        + "lines:l{type* invoice_line_item amount:i quantity:i unit_amount:i unit_amount_decimal:d description metadata:m}";

    private static readonly string[] Reasons = ["duplicate", "fraudulent", "order_change", "product_unsatisfactory"];

    public static void Map(Routes routes)
    {
        routes.List("/v1/credit_notes", Kind, "credit_note_read", "customer invoice");
        routes.Post("/v1/credit_notes", "credit_note_write", "credit_note.created", Fields, Create);
        routes.Get("/v1/credit_notes/preview", "credit_note_read", Fields, Preview);
        routes.Get("/v1/credit_notes/preview/lines", "credit_note_read", Fields + Listing.Paging, call =>
            Listing.PageOf(call, [.. Preview(call).Rows("lines")]));
        routes.One("/v1/credit_notes/{id}", Kind, "credit_note_read");
        routes.Post("/v1/credit_notes/{id}", "credit_note_write", "credit_note.updated", "memo metadata:m", Update);
        routes.Get("/v1/credit_notes/{id}/lines", "credit_note_read", Listing.Paging, call =>
            Listing.PageOf(call, [.. call.Load(Kind).Rows("lines")]));
        routes.Post("/v1/credit_notes/{id}/void", "credit_note_write", "credit_note.voided", "", Void);
    }

    private static JsonObject Create(Call call)
    {
        if (call.Args.Text("reason") is { } reason && !Reasons.Contains(reason))
        {
            throw ApiError.Invalid($"Invalid reason: must be one of {string.Join(", ", Reasons)}", "reason");
        }

        return CreditNotes.Issue(call);
    }

    // A preview is the real thing, taken back.
    private static JsonObject Preview(Call call)
    {
        var note = (JsonObject)Create(call).DeepClone();
        call.Unit.RollBack();
        return note;
    }

    private static JsonObject Update(Call call)
    {
        var note = call.Edit(Kind);
        if (call.Args.Has("memo"))
        {
            note["memo"] = call.Args.Text("memo");
        }

        Metadata.Merge(note, call.Args);
        return note;
    }

    private static JsonObject Void(Call call)
    {
        var note = call.Edit(Kind);
        if (note.Text("status") == "void")
        {
            throw ApiError.Invalid("This credit note is already void.", null, "credit_note_not_voidable");
        }

        CreditNotes.TakeBack(call.Unit, note);
        return note;
    }
}
