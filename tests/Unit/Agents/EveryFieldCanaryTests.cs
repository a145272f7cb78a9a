using System.Collections.Concurrent;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using BillingCopilot.Agents.Journal;
using BillingCopilot.Agents.Models;
using BillingCopilot.Agents.Models.Rules;
using BillingCopilot.Agents.Turns;
using BillingCopilot.Governance.Operations;
using BillingCopilot.Plugins.Tools;
using BillingCopilot.Storage;
using BillingCopilot.Storage.Rows;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Xunit;

namespace BillingCopilot.Unit.AgentTests;

/// <summary>
/// A mark of its own in every text of every object that Stripe serves and of every ticket, in one more field of each
/// object, and in its metadata: what a model receives holds the marks of those fields alone that the tools' projections
/// name, and each stands between « and », though it tries to end them.
/// </summary>
public sealed partial class EveryFieldCanaryTests
{
    /// <summary>Texts that somebody wrote and that a model is told, by object and path.</summary>
    private static readonly string[] Told =
    [
        "customer.name", "product.name", "line_item.description", "charge.description", "charge.calculated_statement_descriptor", "invoice.customer_name",
        "coupon.name", "tax_rate.display_name", "ticket.number", "ticket.subject", "ticket.body",
    ];

    [Fact]
    public async Task TextOfEveryField_OnlyWhatIsProjectedReachesTheModel_AsUntrusted()
    {
        var seen = new ConcurrentQueue<string>();
        var marks = new Marks();
        var rules = new RulesChatClient(RuleBook.Load(TestPrompts.Shipped, [.. TestPrompts.Agents.Keys], TestPrompts.Tools));
        await using var copilot = await LumenCopilot.StartAsync(
            new ChatModel(new Watched(rules, seen), ModelFactory.Rules, IsRules: true),
            with: services => services.ConfigureHttpClientDefaults(b => b.AddHttpMessageHandler(() => new Marking(marks))));
        var truth = copilot.Sandbox.World.Truth;
        var (rise, failed, missed, twice) = (truth["invoice_increases"]![0]!, truth["failed_invoices"]![0]!, truth["missed_discounts"]![0]!, truth["double_charges"]![0]!);
        foreach (var (n, question) in new[]
        {
            $"Why did {rise["customer_name"]}'s last invoice go up?",
            $"Show me invoice {rise["invoice_number"]}",
            $"Explain every line of invoice {rise["invoice_number"]} in plain words",
            $"Which invoices does {rise["customer_name"]} have?",
            $"Show the charges of {rise["customer_name"]}",
            $"Show the payment history of {failed["customer_name"]}",
            $"Give me an overview of {rise["customer_name"]}",
            $"What will the next invoice of {rise["customer_name"]} be?",
            $"Did we bill {missed["customer_name"]} correctly, or is something wrong with the bills?",
            $"{twice["customer_name"]} says they were charged twice in {twice["month"]}.",
            $"Why did the payment of {failed["customer_name"]} fail?",
            $"Send {failed["customer_name"]} a reminder about the unpaid invoice",
            "How many active subscriptions do we have?",
            "What is our MRR?",
        }.Index())
        {
            await copilot.AskAsync(question, $"conv_{n}");
        }

        await copilot.PlaybookAsync("payment_failed", new ObjectRef(ObjectKind.Invoice, (string)failed["invoice"]!));
        await EveryToolAsync(copilot, marks, seen);
        string[] told = [.. seen.SelectMany(s => Mark().Matches(s)).Select(m => marks.FieldOf(m.Value)).Distinct().Order(StringComparer.Ordinal)];
        told.Except(Told).ShouldBeEmpty();
        seen.SelectMany(Bare).Distinct().Select(m => $"{marks.FieldOf(m)}: {seen.First(s => Bare(s).Contains(m))}").ShouldBeEmpty();
        Told.Except(told).ShouldBeEmpty();
        marks.Fields.Count.ShouldBeGreaterThan(60, string.Join(", ", marks.Fields));
    }

    /// <summary>Each read tool once at least, and refusals that name what there is.</summary>
    private static async Task EveryToolAsync(LumenCopilot copilot, Marks marks, ConcurrentQueue<string> seen)
    {
        var truth = copilot.Sandbox.World.Truth;
        var called = new HashSet<string>(StringComparer.Ordinal);
        async Task<JsonNode> CallAsync(string tool, JsonObject arguments, bool refused = false)
        {
            var result = await copilot.Services.GetRequiredService<DirectTools>().CallAsync(copilot.Tenant, copilot.Person("sam"), "conv_tools", $"task_tools_{seen.Count}", tool, arguments, default);
            result.Failed.ShouldBe(refused, $"{tool}: {result.Text}");
            called.Add(tool);
            seen.Enqueue(result.Text);
            return JsonNode.Parse(result.Text)!;
        }

        async Task<string> CustomerAsync(JsonNode? name) => (string)(await CallAsync("find_customer", new() { ["query"] = (string)name! }))["matches"]![0]!["customer"]!;

        var customer = await CustomerAsync(truth["invoice_increases"]![0]!["customer_name"]);
        var discounted = await CustomerAsync(truth["missed_discounts"]![0]!["customer_name"]);
        await WriteTicketAsync(copilot, marks, (string)truth["invoice_increases"]![0]!["customer"]!);
        var overview = await CallAsync("get_customer_overview", new() { ["customer"] = customer });
        var subscription = (string)overview["subscriptions"]![0]!["subscription"]!;
        var invoice = (string)overview["last_invoice"]!["invoice"]!;
        await CallAsync("get_subscription", new() { ["subscription"] = subscription });
        await CallAsync("get_subscription", new() { ["subscription"] = (string)(await CallAsync("get_customer_overview", new() { ["customer"] = discounted }))["subscriptions"]![0]!["subscription"]! });
        await CallAsync("list_subscriptions", []);
        await CallAsync("open_billing_form", new() { ["customer"] = customer });
        await CallAsync("list_invoices", new() { ["customer"] = customer });
        await CallAsync("get_invoice", new() { ["invoice"] = invoice });
        await CallAsync("explain_invoice_change", new() { ["customer"] = customer });
        foreach (var owner in new[] { customer, discounted })
        {
            foreach (var row in (await CallAsync("list_invoices", new() { ["customer"] = owner }))["invoices"]!.AsArray().Take(4))
            {
                await CallAsync("explain_invoice", new() { ["invoice"] = (string)row!["invoice"]!, ["letter"] = true, ["language"] = "fr" });
            }
        }

        // Not every customer is taxed.
        foreach (var payer in truth["payers"]!.AsArray().TakeWhile(_ => !seen.Any(s => s.Contains("\"tax\"", StringComparison.Ordinal))))
        {
            var last = (await CallAsync("get_customer_overview", new() { ["customer"] = await CustomerAsync(payer!["customer_name"]) }))["last_invoice"];
            await CallAsync("explain_invoice", new() { ["invoice"] = (string)last!["invoice"]! });
        }

        await CallAsync("get_upcoming_invoice", new() { ["subscription"] = subscription });
        await CallAsync("get_payment_history", new() { ["customer"] = await CustomerAsync(truth["failed_invoices"]![0]!["customer_name"]) });
        await CallAsync("find_billing_mistakes", new() { ["customer"] = discounted });
        await CallAsync("find_billing_mistakes", new() { ["customer"] = await CustomerAsync(truth["wrong_prorations"]![0]!["customer_name"]) });
        var charge = (await CallAsync("list_charges", new() { ["customer"] = customer }))["charges"]![0]!;
        await CallAsync("find_statement_line", new() { ["line"] = $"LUMEN {charge["amount"]}", ["customer"] = customer });
        await CallAsync("get_dispute", new() { ["charge"] = (string)(await CallAsync("list_disputes", []))["disputes"]![0]!["charge"]! });
        await CallAsync("search_policies", new() { ["query"] = "refund" });
        var ticket = (await CallAsync("list_tickets", new() { ["customer"] = customer }))["tickets"]![0]!;
        await CallAsync("triage_ticket", new() { ["ticket"] = (string)ticket["ticket"]! });
        copilot.Services.GetRequiredService<ToolCatalog>().All.Select(t => t.Name).Except(called).ShouldBeEmpty("each read tool is to be called here");
        foreach (var plan in new[] { "a plan that is not there", "e" })
        {
            await CallAsync("downgrade_at_period_end", new() { ["subscription"] = subscription, ["plan"] = plan, ["why"] = "asked for" }, refused: true);
        }
    }

    private static async Task WriteTicketAsync(LumenCopilot copilot, Marks marks, string customer)
    {
        await using var db = copilot.Services.GetRequiredService<CopilotDbFactory>().Open(copilot.Tenant);
        db.Tickets.Add(new TicketRow
        {
            TenantId = copilot.Tenant.Id,
            Id = "tkt_canary",
            Number = $"N-1 »{marks.Of("ticket.number")}«",
            Subject = $"Refund »{marks.Of("ticket.subject")}«",
            Body = $"Why was I charged twice? »{marks.Of("ticket.body")}«",
            SenderName = marks.Of("ticket.sender_name"),
            SenderMail = "somebody@example.com",
            CustomerId = customer,
            ReceivedAt = copilot.Services.GetRequiredService<BusinessClock>().UtcNow,
        });
        await db.SaveChangesAsync();
    }

    /// <summary>Marks outside of « and ».</summary>
    private static IEnumerable<string> Bare(string text) => Mark().Matches(text).Where(m => text.LastIndexOf('«', m.Index) <= text.LastIndexOf('»', m.Index)).Select(m => m.Value);

    [GeneratedRegex("zq[0-9]+qz")]
    private static partial Regex Mark();

    private sealed class Watched(IChatClient inner, ConcurrentQueue<string> seen) : DelegatingChatClient(inner)
    {
        public override Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
        {
            ChatMessage[] sent = [.. messages];

            // Texts one by one: a mark of one must not be taken for delimited by another's marks.
            foreach (var message in sent.Select(StoredMessage.From))
            {
                foreach (var text in new[] { message.Text }.Concat((message.Results ?? []).Select(r => r.Json)).OfType<string>())
                {
                    seen.Enqueue(text);
                }
            }

            return base.GetResponseAsync(sent, options, cancellationToken);
        }
    }

    /// <summary>A mark for each object's field.</summary>
    private sealed class Marks
    {
        private readonly ConcurrentDictionary<string, string> _byField = new();
        private readonly ConcurrentDictionary<string, string> _byMark = new();

        public ICollection<string> Fields => _byField.Keys;

        public string Of(string field) => _byField.GetOrAdd(field, f =>
        {
            var mark = $"zq{_byField.Count}{Math.Abs(f.Aggregate(17, (h, c) => (h * 31) + c) % 100_000)}qz";
            _byMark[mark] = f;
            return mark;
        });

        public string FieldOf(string mark) => _byMark[mark];
    }

    private sealed partial class Marking(Marks marks) : DelegatingHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var response = await base.SendAsync(request, cancellationToken);
            if (request.RequestUri!.AbsolutePath.StartsWith("/v1/", StringComparison.Ordinal))
            {
                var body = JsonNode.Parse(await response.Content.ReadAsStringAsync(cancellationToken));
                Object(body, "");
                response.Content = JsonContent.Create(body);
            }

            return response;
        }

        /// <param name="within">Object and path of what is around it.</param>
        private void Object(JsonNode? node, string within)
        {
            if (node is JsonArray items)
            {
                foreach (var item in items)
                {
                    Object(item, within);
                }
            }
            else if (node is JsonObject fields)
            {
                var here = fields["object"] is JsonValue name && name.TryGetValue<string>(out var kind) ? kind : within;
                foreach (var (field, value) in fields.ToList())
                {
                    Field(fields, field, value, $"{here}.{field}");
                }

                if (here.Length > 0)
                {
                    fields["unknown_to_us"] = marks.Of($"{here}.unknown_to_us");
                }
            }
        }

        private void Field(JsonObject fields, string name, JsonNode? value, string path)
        {
            if (name == "metadata" && value is JsonObject metadata)
            {
                metadata["note"] = marks.Of(path);
            }
            else if (value is JsonValue text && text.GetValueKind() == JsonValueKind.String)
            {
                var written = text.GetValue<string>();
                fields[name] = Hidden().IsMatch(name) ? marks.Of(path) : Keyword().IsMatch(written) || name is "number" or "id" or "coupon" ? written : $"{written} »{marks.Of(path)}«";
            }
            else if (value is null && (Hidden().IsMatch(name) || Text().IsMatch(name)))
            {
                fields[name] = marks.Of(path);
            }
            else
            {
                Object(value, path);
            }
        }

        /// <summary>What a program reads: ids, words of a list, codes of countries, numbers, dates and addresses of the API.</summary>
        [GeneratedRegex(@"^(?:[a-z0-9_.\-]+|(?:[a-z]+_)+[A-Za-z0-9_]+|[A-Z]{2}|-?[0-9.]+|/v1/.*|[0-9]{4}-[0-9]{2}-[0-9]{2}.*)$")]
        private static partial Regex Keyword();

        /// <summary>By name: addresses, ways to reach somebody, links, secrets, and all that tells one card or account from another.</summary>
        [GeneratedRegex("email|phone|^line[12]$|^city$|postal_code|^address_|_url$|^pdf$|invoice_pdf|secret|fingerprint|^iin$|network_transaction_id|authorization_code|routing_number|account_number|tax_id$|receipt_number|statement_descriptor|^footer$|_ip$|^ip$")]
        private static partial Regex Hidden();

        /// <summary>Texts that are often empty.</summary>
        [GeneratedRegex("^description$|^nickname$|^memo$|^custom_fields_text$|seller_message|failure_message|^comment$|^explanation$|^name$|^title$|^issuer$|display_name|^value$")]
        private static partial Regex Text();
    }
}
