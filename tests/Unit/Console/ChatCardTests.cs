using System.Globalization;
using System.Text.Json.Nodes;
using BillingCopilot.Billing;
using BillingCopilot.Bot.Cards;
using BillingCopilot.Bot.Slack;
using BillingCopilot.Bot.Teams;
using BillingCopilot.Governance.Operations;
using BillingCopilot.Governance.People;
using BillingCopilot.Governance.Proposals;
using Microsoft.AspNetCore.DataProtection;
using Shouldly;
using Xunit;

namespace BillingCopilot.Unit.ConsoleTests;

/// <summary>Rule 3 and the card's half of rule 4, as the chats' formats have them.</summary>
public sealed class ChatCardTests
{
    private const string Nasty = "<!channel> <@U1> <https://evil.example|Click> [pay](https://evil.example) ![i](https://evil.example/p.png) *b* _i_ `c` {{DATE(2026-01-01,SHORT)}} :fire: \u202Egnp\u200B\u00AD\U000E0041";
    private const string Shown = "<!channel> <@U1> <https://evil.example|Click> [pay](https://evil.example) ![i](https://evil.example/p.png) *b* _i_ `c` {{DATE(2026-01-01,SHORT)}} :fire: gnp";
    private static readonly DateTimeOffset Now = new(2026, 11, 2, 12, 0, 0, TimeSpan.Zero);

    /// <summary>All that either format knows to show without reading it: no text block, image, link, mrkdwn, fact set.</summary>
    private static readonly string[] Harmless =
    [
        "AdaptiveCard", "RichTextBlock", "TextRun", "Table", "TableRow", "TableCell", "Container", "Action.Execute", "Action.Submit", "Action.ShowCard", "Input.Text",
        "rich_text", "rich_text_section", "rich_text_quote", "text", "input", "plain_text_input", "plain_text", "actions", "button",
    ];

    [Theory]
    [InlineData("teams")]
    [InlineData("slack")]
    public void Draw_TextFromOutside_IsShownAsItIsAndReadByNothing(string channel)
    {
        var drawn = Draw(Card(Refund with
        {
            Title = "Title " + Nasty,
            CustomerName = "Name " + Nasty,
            Reversibility = "Undo " + Nasty,
            Reason = "Reason " + Nasty,
            Changes = [new PreviewChange("Field", "Before " + Nasty, "After " + Nasty)],
            Evidence = new([], [new("policy", "Refunds", "Window", "Quote " + Nasty)], ["Figure " + Nasty], []),
            ResultText = "Result " + Nasty,
            Approvals = [new ApprovalView("frank", "finance", "approved", "api", Now, "Because " + Nasty)],
        }), channel);

        foreach (var (type, node) in Typed(drawn))
        {
            Harmless.ShouldContain(type);
            if (type == "plain_text")
            {
                ((string?)node["text"]).ShouldNotBeNull().ShouldNotContain("evil");
            }
        }

        foreach (var name in new[] { "url", "image_url", "backgroundImage", "selectAction", "iconUrl", "accessory" })
        {
            Named(drawn, name).ShouldBeEmpty(name);
        }

        var words = Words(drawn);
        words.SelectMany(w => w).ShouldAllBe(c => c == '\n' || !char.IsControl(c) && CharUnicodeInfo.GetUnicodeCategory(c) != UnicodeCategory.Format);
        foreach (var where in new[] { "Title ", "Name ", "Undo ", "Reason ", "Before ", "After ", "Figure ", "Result " })
        {
            words.ShouldContain(w => w.StartsWith(where + Shown, StringComparison.Ordinal), where);
        }

        if (channel == "slack")
        {
            ((string)drawn["text"]!).ShouldContain("&lt;!channel&gt; &lt;@U1&gt; &lt;https://evil.example|Click&gt;");
            ((string)drawn["text"]!).IndexOfAny(['<', '>', '*', '_', '`', '~']).ShouldBe(-1);
            ((bool)drawn["mrkdwn"]!).ShouldBeFalse();
        }
    }

    [Theory]
    [InlineData("teams")]
    [InlineData("slack")]
    public void Draw_AProposal_SaysWhatIsSignedAndWhoseWordsTheReasonIs(string channel)
    {
        var words = string.Join("\n", Words(Draw(Card(Refund), channel)));

        foreach (var said in new[] { "TEST · Waiting for approval · Moves money or is final", "Refund $1.00", "Acme (cus_1)", "Refunded", "$0.00", "$1.00", "Final.", "Sam Ortega, through support.v1", "2026-11-03 12:00 UTC", "prop_1, hash hash", "AI-written reason", "not checked, not part of what is approved", "because" })
        {
            words.ShouldContain(said);
        }

        string.Join("\n", Words(Draw(Card(Refund with { ReasonIsAPersons = true, Livemode = true }), channel))).ShouldSatisfyAllConditions(
            w => w.ShouldContain("Reason, in Sam Ortega's words"),
            w => w.ShouldContain("LIVE · "),
            w => w.ShouldNotContain("AI-written"));
    }

    [Theory]
    [InlineData("teams", true)]
    [InlineData("slack", true)]
    [InlineData("teams", false)]
    [InlineData("slack", false)]
    public void Draw_PastItsTimeOrDecided_HasNoButtons(string channel, bool expired)
    {
        var card = expired ? ChatCard.Of(Refund, People, Now.AddDays(2)) : Card(Refund with { Status = ProposalStatus.Rejected });
        var drawn = Draw(card, channel);

        Pressable(drawn).ShouldBeEmpty();
        string.Join("\n", Words(drawn)).ShouldContain(expired ? "Nobody decided in time." : "Rejected");
    }

    [Theory]
    [InlineData("teams")]
    [InlineData("slack")]
    public void Draw_Buttons_CarryNothingButASealedId(string channel)
    {
        var drawn = Draw(Card(Refund), channel);
        var ids = Pressable(drawn);

        ids.Distinct().Count().ShouldBe(2);
        foreach (var id in ids)
        {
            id.ShouldNotContain("prop_1");
            id.ShouldNotContain("hash");
        }

        ids.Distinct().Select(i => Buttons.Open(i)).ShouldBe([new CardButton("default", "prop_1", "hash", true), new CardButton("default", "prop_1", "hash", false)], ignoreOrder: true);
        Buttons.Open(ids[0][..^2] + "AA").ShouldBeNull();
        Buttons.Open("").ShouldBeNull();
        new CardButtons(new EphemeralDataProtectionProvider()).Open(ids[0]).ShouldBeNull("another key's");
    }

    [Theory]
    [InlineData("teams")]
    [InlineData("slack")]
    public void Draw_TooLong_LosesTheEvidenceFirst_AndWhatIsSignedOnlyWithTheApproval(string channel)
    {
        var quotes = Enumerable.Range(0, 60).Select(i => new EvidenceQuote("policy", "Refunds", "Window", new string('q', 600))).ToArray();
        var evidence = Draw(Card(Refund with { Evidence = new([], quotes, [], []) }), channel);
        var rows = Enumerable.Range(0, 40).Select(i => new PreviewChange($"Row {i}", "", new string('r', 1500))).ToArray();
        var signed = Draw(Card(Refund with { Changes = rows }), channel);
        var word = Draw(Card(Refund with { Changes = [new PreviewChange("Mail", "", new string('m', 4001))] }), channel);

        Pressable(evidence).Distinct().Count().ShouldBe(2);
        Words(evidence).ShouldContain(w => w.Contains("In the console.", StringComparison.Ordinal));
        foreach (var cut in new[] { signed, word })
        {
            Pressable(cut).Distinct().Select(b => Buttons.Open(b)!.Approve).ShouldBe([false]);
            Words(cut).ShouldContain(ChatCard.TooLong);
            cut.ToJsonString().Length.ShouldBeLessThan(28_000);
        }
    }

    private static readonly CardButtons Buttons = new(new EphemeralDataProtectionProvider());

    private static readonly Person[] People = [new("sam", "Sam Ortega", ["support"]), new("frank", "Frank Moreau", ["finance"])];

    private static readonly ProposalView Refund = new(
        "prop_1", "default", "issue_refund", Risk.Money, ProposalStatus.Pending, "hash", "Refund $1.00", new JsonObject(),
        new ObjectRef(ObjectKind.Customer, "cus_1"), "Acme", new ObjectRef(ObjectKind.Charge, "ch_1"),
        new Money(100, "usd"), [new PreviewChange("Refunded", "$0.00", "$1.00")], "Final.", "because", "support.v1", "sam", "c", "t",
        Livemode: false, Now, Now.AddDays(1), [], null, null, null);

    private static ChatCard Card(ProposalView proposal) => ChatCard.Of(proposal, People, Now);

    private static JsonObject Draw(ChatCard card, string channel)
    {
        return channel == "teams" ? AdaptiveCards.Of(card, Ids) : BlockKit.Of(card, Ids);

        CardButtonIds Ids(bool whole) => new(whole ? Seal(true) : null, Seal(false));

        string Seal(bool approve) => Buttons.Seal(new CardButton("default", card.Proposal, "hash", approve));
    }

    private static IEnumerable<JsonObject> Objects(JsonNode? node) => node switch
    {
        JsonObject o => [o, .. o.SelectMany(p => Objects(p.Value))],
        JsonArray a => a.SelectMany(Objects),
        _ => [],
    };

    private static IEnumerable<(string Type, JsonObject Node)> Typed(JsonNode drawn) =>
        Objects(drawn).Where(o => o["type"] is JsonValue).Select(o => ((string)o["type"]!, o));

    private static IEnumerable<JsonNode?> Named(JsonNode drawn, string name) => Objects(drawn).Where(o => o.ContainsKey(name)).Select(o => o[name]);

    private static string[] Words(JsonNode drawn) => [.. Typed(drawn).Where(t => t.Type is "TextRun" or "text").Select(t => (string)t.Node["text"]!)];

    private static string[] Pressable(JsonNode drawn) =>
        [.. Named(drawn, "button").OfType<JsonValue>().Select(b => (string)b!), .. Typed(drawn).Where(t => t.Type == "button").Select(t => (string)t.Node["value"]!)];
}
