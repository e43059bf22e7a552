-- MySQL dump 10.13  Distrib 5.5.46, for debian-linux-gnu (x86_64)
--
-- Invented. The oddities are those of real dumps: a prefix before every table, several rows in one INSERT and columns named by it, a
-- row that spans lines, quotation marks doubled and escaped, numbers in hex, a comment beside its parent and one below a parent
-- that it does not name, a page and a user that are not there, a page that is not published, texts without a format, two texts of
-- one comment, aliases of lists, a semicolon and a comment mark in a text, a second comment 1, "0000" for a date.
-- ------------------------------------------------------
/*!40101 SET NAMES utf8 */;
/*!40014 SET @OLD_UNIQUE_CHECKS=@@UNIQUE_CHECKS, UNIQUE_CHECKS=0 */;

DROP TABLE IF EXISTS `ds_cache`;
CREATE TABLE `ds_cache` (
  `cid` varchar(255) NOT NULL DEFAULT '' COMMENT 'Primary Key; it''s unique.',
  `data` longblob,
  PRIMARY KEY (`cid`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8;
LOCK TABLES `ds_cache` WRITE;
/*!40000 ALTER TABLE `ds_cache` DISABLE KEYS */;
INSERT INTO `ds_cache` VALUES ('a;b -- no comment',_binary 'INSERT INTO `ds_node` VALUES (1)\n\'\\'),('c''d',NULL),('e',0xDEADBEEF);
UNLOCK TABLES;

DROP TABLE IF EXISTS `ds_comment`;
CREATE TABLE `ds_comment` (
  `cid` int(11) NOT NULL AUTO_INCREMENT COMMENT 'Primary Key: Unique comment ID.',
  `pid` int(11) NOT NULL DEFAULT '0',
  `nid` int(11) NOT NULL DEFAULT '0',
  `uid` int(11) NOT NULL DEFAULT '0',
  `subject` varchar(64) NOT NULL DEFAULT '',
  `hostname` varchar(128) NOT NULL DEFAULT '',
  `created` int(11) NOT NULL DEFAULT '0',
  `changed` int(11) NOT NULL DEFAULT '0',
  `status` tinyint(3) unsigned NOT NULL DEFAULT '1',
  `thread` varchar(255) NOT NULL,
  `name` varchar(60) DEFAULT NULL,
  `mail` varchar(64) DEFAULT NULL,
  `homepage` varchar(255) DEFAULT NULL,
  `language` varchar(12) NOT NULL DEFAULT '',
  PRIMARY KEY (`cid`),
  KEY `comment_status_pid` (`pid`,`status`)
) ENGINE=InnoDB AUTO_INCREMENT=9 DEFAULT CHARSET=utf8 COMMENT='Stores comments and associated data.';
INSERT INTO `ds_comment` VALUES (1,0,77,0,'My mother','192.0.2.1',1200000000,1200000000,1,'01/','Ruth','ruth@example.org','http://ruth.example','und'),(2,1,77,5,'Thank you','192.0.2.2',1200003600,1200003600,1,'01.00/','admin','','','en'),
(3,0,77,0,'baclofen made me tired &...','192.0.2.3',1200007200,1200007200,0,'02/','D\'Arcy \"Dee\"\nO''Neill',NULL,'','und');
INSERT INTO `ds_comment` (`nid`, `cid`, `pid`, `uid`, `subject`, `hostname`, `created`, `changed`, `status`, `thread`, `name`, `mail`, `homepage`, `language`) VALUES
(77, 4, 0, 0, '', '192.0.2.4', 0000, 0, 1, '02.00/', '<script>alert(1)</script>', '', '', 'und'),
(99, 5, 0, 9, 'Lost page', '192.0.2.5', 1200010800, 1200010800, 1, '01/', NULL, '', '', 'und'),
(78, 6, 0, 0, 'Under a draft', '192.0.2.6', 1200010800, 1200010800, 1, '01/', 'Ed', '', '', 'und'),
(77, 7, 0, 0, 'Only a subject', '192.0.2.7', 1200014400, 1200014400, 1, '03/', '', '', '', 'und'),
(77, 8, 0, 0, '', '192.0.2.8', 1200014400, 1200014400, 1, '04/', 'Mute', '', '', 'und'),
(77, 1, 0, 0, 'Again', '192.0.2.8', 1200014400, 1200014400, 1, '05/', 'Twice', '', '', 'und');

CREATE TABLE `ds_field_data_body` (
  `entity_type` varchar(128) NOT NULL DEFAULT '',
  `bundle` varchar(128) NOT NULL DEFAULT '',
  `deleted` tinyint(4) NOT NULL DEFAULT '0',
  `entity_id` int(10) unsigned NOT NULL,
  `revision_id` int(10) unsigned DEFAULT NULL,
  `language` varchar(32) NOT NULL DEFAULT '',
  `delta` int(10) unsigned NOT NULL,
  `body_value` longtext,
  `body_summary` longtext,
  `body_format` varchar(255) DEFAULT NULL,
  PRIMARY KEY (`entity_type`,`entity_id`,`deleted`,`delta`,`language`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8;
INSERT INTO `ds_field_data_body` VALUES ('node','story',0,77,77,'und',0,'<h2>Spasticity</h2>\r\nTwo lines;\r\nof one paragraph -- <em>yes</em>.\r\n\r\n1999. <a href=\"http://example.org/a_b\">A study</a> [[{\"fid\":\"3\",\"type\":\"media\"}]]<a href=\"/node/80\">more</a>','','full_html'),('node','story',1,77,77,'und',0,'deleted','','full_html'),('node','story',0,78,78,'und',0,'draft','A summary','plain_text'),('node','page',0,80,80,'und',0,'<b>As typed</b>\n# no heading','Short','plain_text'),('taxonomy_term','x',0,77,77,'und',0,'a term','','full_html');

CREATE TABLE `ds_field_data_comment_body` (
  `entity_type` varchar(128) NOT NULL DEFAULT '',
  `bundle` varchar(128) NOT NULL DEFAULT '',
  `deleted` tinyint(4) NOT NULL DEFAULT '0',
  `entity_id` int(10) unsigned NOT NULL,
  `revision_id` int(10) unsigned DEFAULT NULL,
  `language` varchar(32) NOT NULL DEFAULT '',
  `delta` int(10) unsigned NOT NULL,
  `comment_body_value` longtext,
  `comment_body_format` varchar(255) DEFAULT NULL,
  PRIMARY KEY (`entity_type`,`entity_id`,`deleted`,`delta`,`language`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8;
INSERT INTO `ds_field_data_comment_body` VALUES
('comment','comment_node_story',0,1,1,'und',0,'My mother had it.\r\nShe walks <strong>again</strong>; with a cane.\r\n\r\nÄ 😀','filtered_html'),
('comment','comment_node_story',0,2,2,'und',0,'<p>One\ntwo</p><ol start=\"3\"><li>three</li></ol><table><tr><td>x</td></tr></table>','wysiwyg'),
('comment','comment_node_story',0,3,3,'und',0,'baclofen made me <b>tired</b> & weak','plain_text'),
('comment','comment_node_story',0,4,4,'und',0,0x4e6f20666f726d6174203c6869,NULL),
('comment','comment_node_story',0,5,5,'und',0,'Where did my page go?','filtered_html'),
('comment','comment_node_story',0,5,5,'de',0,'Wohin?','filtered_html'),
('comment','comment_node_story',0,6,6,'und',0,'draft','filtered_html'),
('comment','comment_node_story',0,8,8,'und',0,'<!-- nothing -->','filtered_html');

CREATE TABLE `ds_filter` (
  `format` varchar(255) NOT NULL,
  `module` varchar(64) NOT NULL DEFAULT '',
  `name` varchar(32) NOT NULL DEFAULT '',
  `weight` int(11) NOT NULL DEFAULT '0',
  `status` int(11) NOT NULL DEFAULT '0',
  `settings` longblob,
  PRIMARY KEY (`format`,`name`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8;
INSERT INTO `ds_filter` VALUES ('filtered_html','filter','filter_autop',2,1,'a:0:{}'),('full_html','filter','filter_autop',1,1,'a:0:{}'),('plain_text','filter','filter_html_escape',0,1,'a:0:{}'),('wysiwyg','filter','filter_autop',0,0,'a:0:{}');

CREATE TABLE `ds_node` (
  `nid` int(10) unsigned NOT NULL AUTO_INCREMENT,
  `vid` int(10) unsigned DEFAULT NULL,
  `type` varchar(32) NOT NULL DEFAULT '',
  `language` varchar(12) NOT NULL DEFAULT '',
  `title` varchar(255) NOT NULL DEFAULT '',
  `uid` int(11) NOT NULL DEFAULT '0',
  `status` int(11) NOT NULL DEFAULT '1',
  `created` int(11) NOT NULL DEFAULT '0',
  PRIMARY KEY (`nid`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8;
INSERT INTO `ds_node` VALUES (77,77,'story','en','Treating <Spasticity>',5,1,946684800),(78,78,'story','und','Draft',5,0,946684800),(80,80,'page','und','Empty & odd',0,1,0);

CREATE TABLE `ds_url_alias` (
  `pid` int(10) unsigned NOT NULL AUTO_INCREMENT,
  `source` varchar(255) NOT NULL DEFAULT '',
  `alias` varchar(255) NOT NULL DEFAULT '',
  `language` varchar(12) NOT NULL DEFAULT '',
  PRIMARY KEY (`pid`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8;
INSERT INTO `ds_url_alias` VALUES (1,'node/77','bb/neuro/treating','und'),(2,'taxonomy/term/3','topics/brain','und'),(3,'node/77','exchange/treating-spasticity','und');

CREATE TABLE `ds_users` (
  `uid` int(10) unsigned NOT NULL DEFAULT '0',
  `name` varchar(60) NOT NULL DEFAULT '',
  `pass` varchar(128) NOT NULL DEFAULT '',
  `mail` varchar(254) DEFAULT '',
  PRIMARY KEY (`uid`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8;
INSERT INTO `ds_users` VALUES (0,'','',''),(5,'SerendipUpdate','$S$D','update@example.org');

CREATE TABLE `ds_variable` (
  `name` varchar(128) NOT NULL DEFAULT '',
  `value` longblob NOT NULL,
  PRIMARY KEY (`name`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8;
INSERT INTO `ds_variable` VALUES ('install_time',0x693a3934363638343739393b),('site_name','s:8:\"Serendip\";');
-- Dump completed on 2016-02-01 10:00:00
