using System.Text.Json.Nodes;
using BillingCopilot.Bot.Cards;

namespace BillingCopilot.Bot.Slack;

/// <summary>
/// A proposal's card for Slack: a message of Block Kit. Every word stands in a rich text element, which shows it as it is:
/// <c>mrkdwn</c> would read mentions, links and formats (docs.slack.dev, "Formatting message text"). No image, no link.
/// </summary>
public static class BlockKit
{
    /// <summary>Characters of all texts; the API takes a little more.</summary>
    private const int MostText = 11_000;
    private const int MostOfAnElement = 2900;

    /// <param name="buttons">Makes the buttons of a card that is shown whole or not; not called for one that is decided.</param>
    public static JsonObject Of(ChatCard card, Func<bool, CardButtonIds> buttons)
    {
        ArgumentNullException.ThrowIfNull(card);
        ArgumentNullException.ThrowIfNull(buttons);
        for (var step = 0; ; step++)
        {
            var shorter = card.Shorter(step);
            var sections = Sections(shorter);
            if (step == 2 || sections.Sum(s => s.Sum(r => r.Text.Length)) <= MostText)
            {
                return Draw(shorter, sections, shorter.Open ? buttons(shorter.Whole) : null);
            }
        }
    }

    /// <summary>
    /// For the one field that Slack reads as <c>mrkdwn</c> in a notification: its three control characters as entities, so that
    /// neither a mention (<c>&lt;!channel&gt;</c>) nor a link comes about, and no character that formats.
    /// </summary>
    public static string Escape(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text.Replace("&", "&amp;", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal).Replace(">", "&gt;", StringComparison.Ordinal)
            .Replace('*', '∗').Replace('_', 'ˍ').Replace('~', '∼').Replace('`', 'ˋ');
    }

    private static JsonObject Draw(ChatCard card, List<List<Run>> sections, CardButtonIds? buttons)
    {
        var blocks = new JsonArray(new JsonObject { ["type"] = "rich_text", ["elements"] = new JsonArray([.. sections.Select(s => (JsonNode)Section("rich_text_section", s))]) });
        if (card.Reason is { } reason)
        {
            blocks.Add(new JsonObject
            {
                ["type"] = "rich_text",
                ["elements"] = new JsonArray(
                    Section("rich_text_section", [new(reason.Label, Bold: true), new(" (not checked, not part of what is approved)")]),
                    Section("rich_text_quote", [new(reason.Text)])),
            });
        }

        if (buttons is not null)
        {
            AddButtons(blocks, buttons);
        }

        return new JsonObject { ["text"] = Escape($"{string.Join(" · ", card.Tags)}: {card.Title}"), ["mrkdwn"] = false, ["unfurl_links"] = false, ["unfurl_media"] = false, ["blocks"] = blocks };
    }

    private static List<List<Run>> Sections(ChatCard card)
    {
        List<List<Run>> sections = [[new(card.Title, Bold: true)], [new(string.Join(" · ", card.Tags))], [new(card.Customer)]];
        if (card.Amount is { } amount)
        {
            sections.Add([new(amount, Bold: true)]);
        }

        sections.AddRange(card.Changes.Select(c => c.Before.Length == 0
            ? new List<Run> { new(c.Field + ": ", Bold: true), new(c.After) }
            : [new(c.Field + ": ", Bold: true), new(c.Before), new(" → ", Bold: true), new(c.After)]));
        if (!card.Whole)
        {
            sections.Add([new(ChatCard.TooLong, Bold: true)]);
        }

        sections.AddRange(card.Facts.Select(f => new List<Run> { new(f.Label + ": ", Bold: true), new(f.Text) }));
        if (card.Evidence.Count > 0)
        {
            sections.Add([new("What the reason rests on", Bold: true)]);
            sections.AddRange(card.Evidence.Select(e => new List<Run> { new(e) }));
        }

        sections.AddRange(card.Outcome.Select(o => new List<Run> { new(o) }));
        return sections;
    }

    private static void AddButtons(JsonArray blocks, CardButtonIds buttons)
    {
        blocks.Add(new JsonObject
        {
            ["type"] = "input",
            ["block_id"] = "reason",
            ["optional"] = true,
            ["label"] = Plain("Why, when you reject it"),
            ["element"] = new JsonObject { ["type"] = "plain_text_input", ["action_id"] = "reason", ["multiline"] = true, ["max_length"] = 500, ["placeholder"] = Plain("Kept with the decision") },
        });
        var actions = new JsonArray();
        if (buttons.Approve is { } approve)
        {
            actions.Add(Button("Approve", "approve", approve, "primary"));
        }

        actions.Add(Button("Reject", "reject", buttons.Reject, "danger"));
        blocks.Add(new JsonObject { ["type"] = "actions", ["block_id"] = "decide", ["elements"] = actions });
    }

    private static JsonObject Button(string title, string action, string button, string style) =>
        new() { ["type"] = "button", ["action_id"] = action, ["text"] = Plain(title), ["style"] = style, ["value"] = button };

    /// <summary>For words of our own only.</summary>
    private static JsonObject Plain(string text) => new() { ["type"] = "plain_text", ["text"] = text, ["emoji"] = false };

    /// <summary>Sections of rich text run on, so each ends its line.</summary>
    private static JsonObject Section(string type, IReadOnlyList<Run> runs)
    {
        var elements = new JsonArray();
        foreach (var run in runs)
        {
            foreach (var part in Parts(run.Text))
            {
                var element = new JsonObject { ["type"] = "text", ["text"] = part };
                if (run.Bold)
                {
                    element["style"] = new JsonObject { ["bold"] = true };
                }

                elements.Add(element);
            }
        }

        if (type == "rich_text_section")
        {
            elements.Add(new JsonObject { ["type"] = "text", ["text"] = "\n" });
        }

        return new JsonObject { ["type"] = type, ["elements"] = elements };
    }

    /// <summary>Cut between characters, never inside one.</summary>
    private static IEnumerable<string> Parts(string text)
    {
        for (var at = 0; at < text.Length;)
        {
            var end = Math.Min(at + MostOfAnElement, text.Length);
            if (end < text.Length && char.IsHighSurrogate(text[end - 1]))
            {
                end--;
            }

            yield return text[at..end];
            at = end;
        }
    }

    private sealed record Run(string Text, bool Bold = false);
}
