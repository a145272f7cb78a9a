using System.Text.Json;
using System.Text.Json.Nodes;
using BillingCopilot.Bot.Cards;

namespace BillingCopilot.Bot.Teams;

/// <summary>
/// A proposal's card for Teams: Adaptive Card 1.5. Every word stands in a text run, since those alone are shown as they are:
/// text blocks, fact sets and choices read Markdown (adaptivecards.io/explorer/RichTextBlock.html). No image, no link.
/// </summary>
public static class AdaptiveCards
{
    /// <summary>Teams refuses messages over 28 KB; the envelope takes some.</summary>
    private const int MostBytes = 26_000;

    /// <param name="buttons">Makes the buttons of a card that is shown whole or not; not called for one that is decided.</param>
    public static JsonObject Of(ChatCard card, Func<bool, CardButtonIds> buttons)
    {
        ArgumentNullException.ThrowIfNull(card);
        ArgumentNullException.ThrowIfNull(buttons);
        for (var step = 0; ; step++)
        {
            var shorter = card.Shorter(step);
            var drawn = Draw(shorter, shorter.Open ? buttons(shorter.Whole) : null);
            if (step == 2 || JsonSerializer.SerializeToUtf8Bytes(drawn).Length <= MostBytes)
            {
                return drawn;
            }
        }
    }

    private static JsonObject Draw(ChatCard card, CardButtonIds? buttons)
    {
        var body = new JsonArray
        {
            Text(string.Join(" · ", card.Tags), subtle: true, size: "small"),
            Text(card.Title, bold: true, size: "large"),
            Text(card.Customer),
        };
        if (card.Amount is { } amount)
        {
            body.Add(Text(amount, bold: true, size: "extraLarge"));
        }

        if (card.Changes.Count > 0)
        {
            body.Add(card.Creates
                ? Table([1, 3], ["Field", "Content"], card.Changes.Select(c => new[] { c.Field, c.After }))
                : Table([3, 2, 5], ["Field", "Before", "After"], card.Changes.Select(c => new[] { c.Field, c.Before.Length == 0 ? "—" : c.Before, c.After })));
        }

        if (!card.Whole)
        {
            body.Add(Text(ChatCard.TooLong, bold: true));
        }

        body.Add(Table([1, 3], null, card.Facts.Select(f => new[] { f.Label, f.Text })));
        if (card.Reason is { } reason)
        {
            body.Add(Box([Text(reason.Label + " (not checked, not part of what is approved)", subtle: true, size: "small"), Text(reason.Text)]));
        }

        if (card.Evidence.Count > 0)
        {
            body.Add(Box([Text("What the reason rests on", subtle: true, size: "small"), .. card.Evidence.Select(e => Text(e, size: "small"))]));
        }

        foreach (var line in card.Outcome)
        {
            body.Add(Text(line));
        }

        var drawn = new JsonObject
        {
            ["type"] = "AdaptiveCard",
            ["$schema"] = "http://adaptivecards.io/schemas/adaptive-card.json",
            ["version"] = "1.5",
            ["fallbackText"] = "A proposal waits for a decision. Open it in the console.",
            ["body"] = body,
        };
        if (buttons is not null)
        {
            drawn["actions"] = Actions(buttons);
        }

        return drawn;
    }

    private static JsonArray Actions(CardButtonIds buttons)
    {
        var actions = new JsonArray();
        if (buttons.Approve is { } approve)
        {
            actions.Add(Press("Approve", approve, "positive"));
        }

        actions.Add(new JsonObject
        {
            ["type"] = "Action.ShowCard",
            ["title"] = "Reject…",
            ["card"] = new JsonObject
            {
                ["type"] = "AdaptiveCard",
                ["body"] = new JsonArray(new JsonObject
                {
                    ["type"] = "Input.Text",
                    ["id"] = "reason",
                    ["label"] = "Why is it rejected?",
                    ["placeholder"] = "Kept with the decision",
                    ["isMultiline"] = true,
                    ["isRequired"] = true,
                    ["errorMessage"] = "Say why: the requester and the agent are told.",
                    ["maxLength"] = 500,
                }),
                ["actions"] = new JsonArray(Press("Reject proposal", buttons.Reject, "destructive")),
            },
        });
        return actions;
    }

    /// <summary>Clients that don't know Action.Execute send the same as a submit.</summary>
    private static JsonObject Press(string title, string button, string style)
    {
        var press = Action("Action.Execute");
        press["verb"] = "decide";
        press["fallback"] = Action("Action.Submit");
        return press;

        JsonObject Action(string type) => new() { ["type"] = type, ["title"] = title, ["style"] = style, ["data"] = new JsonObject { ["button"] = button } };
    }

    private static JsonObject Table(int[] widths, string[]? head, IEnumerable<string[]> rows)
    {
        var table = new JsonObject
        {
            ["type"] = "Table",
            ["firstRowAsHeaders"] = head is not null,
            ["showGridLines"] = head is not null,
            ["columns"] = new JsonArray([.. widths.Select(w => (JsonNode)new JsonObject { ["width"] = w })]),
        };
        var drawn = new JsonArray();
        if (head is not null)
        {
            drawn.Add(Row([.. head.Select(h => Text(h, bold: true))]));
        }

        foreach (var row in rows)
        {
            drawn.Add(Row([.. row.Select((cell, i) => Text(cell, bold: i == 0))]));
        }

        table["rows"] = drawn;
        return table;
    }

    private static JsonObject Row(JsonObject[] cells) => new()
    {
        ["type"] = "TableRow",
        ["cells"] = new JsonArray([.. cells.Select(c => (JsonNode)new JsonObject { ["type"] = "TableCell", ["items"] = new JsonArray(c) })]),
    };

    private static JsonObject Box(JsonObject[] items) => new() { ["type"] = "Container", ["style"] = "emphasis", ["items"] = new JsonArray([.. items]) };

    private static JsonObject Text(string text, bool bold = false, bool subtle = false, string size = "default") => new()
    {
        ["type"] = "RichTextBlock",
        ["inlines"] = new JsonArray(new JsonObject
        {
            ["type"] = "TextRun",
            ["text"] = text,
            ["size"] = size,
            ["weight"] = bold ? "bolder" : "default",
            ["isSubtle"] = subtle,
        }),
    };
}
