namespace BillingCopilot.Governance.Audit;

/// <summary>Where the audit log keeps what must not be in its database. Section <c>Audit</c>.</summary>
public sealed class AuditOptions
{
    /// <summary>Name of this node's chain. Nodes that share a database need different ones. Default <c>main</c>.</summary>
    public string Node { get; set; } = "main";

    /// <summary>
    /// Folder of the signing key and, without a <see cref="KeyDatabase"/>, of the subjects' keys; made on first use,
    /// readable by this user only. Null: heads are not anchored and no words are kept.
    /// </summary>
    public string? KeyFolder { get; set; }

    /// <summary>
    /// PostgreSQL connection string of a database for the subjects' keys alone, whose copies are kept apart from those
    /// of the copilot's. Null: a file in <see cref="KeyFolder"/>, which nodes that share a database must share.
    /// </summary>
    public string? KeyDatabase { get; set; }

    /// <summary>File that signed heads are appended to; best on another disk, or write-once storage. Null: beside the keys.</summary>
    public string? AnchorFile { get; set; }

    /// <summary>Days, in business time, that encrypted prompts and answers are kept. Default 90.</summary>
    public int ContentDays { get; set; } = 90;

    internal string? Anchors => AnchorFile ?? (KeyFolder is null ? null : Path.Combine(KeyFolder, "audit-anchors.jsonl"));

    internal void Validate()
    {
        if (Node.Length is 0 or > 60 || !Node.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.'))
        {
            throw new ArgumentException($"Audit:Node is '{Node}'. Write 1 to 60 letters, digits, dots or dashes.");
        }

        if (ContentDays is < 1 or > 3650)
        {
            throw new ArgumentException($"Audit:ContentDays is {ContentDays}; it must be from 1 to 3650.");
        }
    }
}
